"""The invented words that the sample's articles are made of. Data only; nothing real is copied."""

from typing import NamedTuple

GOLDWATTLE = "Goldwattle"
NANAS_PANTRY = "Nana's Pantry"


class Thing(NamedTuple):
    """An item on a shelf: its name, its size as printed, and its usual price in cents."""

    name: str
    size: str
    cents: int


class Shelf(NamedTuple):
    """Things in one category (department, aisle, shelf), their makers and Aldi's own label."""

    path: tuple[str, str, str]
    brands: tuple[str, str]
    label: str
    things: tuple[Thing, Thing, Thing]


SHELVES = (
    Shelf(
        ("Pantry", "Pasta & Rice", "Dry Pasta & Rice"),
        ("Quollbrook", "Tinderbell"),
        "Hollowfern",
        (
            Thing("Penne Pasta", "500g", 250),
            Thing("Thin Spaghetti", "500g", 240),
            Thing("Basmati Rice", "1kg", 480),
        ),
    ),
    Shelf(
        ("Pantry", "Sauces & Condiments", "Table Sauces"),
        (NANAS_PANTRY, GOLDWATTLE),
        "Hollowfern",
        (
            Thing("Tomato Sauce", "500ml", 320),
            Thing("Wholegrain Mustard", "190g", 290),
            Thing("Basil Pasta Sauce", "400g", 310),
        ),
    ),
    Shelf(
        ("Pantry", "Canned Food", "Vegetables & Beans"),
        ("Quollbrook", NANAS_PANTRY),
        "Hollowfern",
        (
            Thing("Diced Tomatoes", "400g", 160),
            Thing("Chickpeas In Water", "400g", 150),
            Thing("Sweet Corn Kernels", "420g", 190),
        ),
    ),
    Shelf(
        ("Pantry", "Breakfast", "Cereals & Spreads"),
        (GOLDWATTLE, "Marlowick"),
        "Early Trolley",
        (
            Thing("Rolled Oats", "1kg", 380),
            Thing("Toasted Muesli", "750g", 620),
            Thing("Strawberry Jam", "350g", 410),
        ),
    ),
    Shelf(
        ("Pantry", "Baking", "Flour & Sugar"),
        (GOLDWATTLE, "Copperloft"),
        "Early Trolley",
        (
            Thing("Plain Flour", "1kg", 220),
            Thing("Caster Sugar", "500g", 250),
            Thing("Baking Powder", "125g", 260),
        ),
    ),
    Shelf(
        ("Snacks & Confectionery", "Biscuits", "Sweet Biscuits"),
        ("Ottermead", "Marlowick"),
        "Bellbarrow",
        (
            Thing("Ginger Biscuits", "250g", 300),
            Thing("Oat Cookies", "300g", 350),
            Thing("Shortbread Fingers", "180g", 420),
        ),
    ),
    Shelf(
        ("Snacks & Confectionery", "Chips & Nuts", "Chips & Nuts"),
        ("Pepperjetty", "Lorikeet & Daughters"),
        "Bellbarrow",
        (
            Thing("Sea Salt Potato Chips", "175g", 450),
            Thing("Corn Chips", "230g", 390),
            Thing("Roasted Almonds", "400g", 890),
        ),
    ),
    Shelf(
        ("Snacks & Confectionery", "Chocolate", "Chocolate Blocks"),
        ("Ottermead", "Lorikeet & Daughters"),
        "Bellbarrow",
        (
            Thing("Dark Chocolate", "100g", 480),
            Thing("Milk Chocolate", "180g", 560),
            Thing("Hazelnut Chocolate", "180g", 590),
        ),
    ),
    Shelf(
        ("Dairy, Eggs & Fridge", "Milk", "Fresh & Long Life Milk"),
        ("Bramblequay", "Wrenfold"),
        "Dewpaddock",
        (
            Thing("Full Cream Milk", "2L", 420),
            Thing("Lite Milk", "1L", 260),
            Thing("Oat Drink", "1L", 300),
        ),
    ),
    Shelf(
        ("Dairy, Eggs & Fridge", "Cheese & Butter", "Cheese & Butter"),
        ("Bramblequay", GOLDWATTLE),
        "Dewpaddock",
        (
            Thing("Tasty Cheese Block", "500g", 850),
            Thing("Salted Butter", "250g", 520),
            Thing("Haloumi", "180g", 640),
        ),
    ),
    Shelf(
        ("Dairy, Eggs & Fridge", "Yoghurt", "Yoghurt Tubs"),
        ("Wrenfold", NANAS_PANTRY),
        "Dewpaddock",
        (
            Thing("Greek Yoghurt", "1kg", 650),
            Thing("Vanilla Yoghurt", "6 x 160g", 720),
            Thing("Passionfruit Yoghurt", "160g", 210),
        ),
    ),
    Shelf(
        ("Drinks", "Soft Drinks", "Cans & Bottles"),
        ("Dunnarby", "Pepperjetty"),
        "Fizzlebank",
        (
            Thing("Ginger Beer", "6 x 375ml", 950),
            Thing("Cloudy Lemonade", "1.25L", 240),
            Thing("Sparkling Water", "10 x 375ml", 890),
        ),
    ),
    Shelf(
        ("Drinks", "Tea & Coffee", "Tea & Coffee"),
        ("Dunnarby", "Copperloft"),
        "Early Trolley",
        (
            Thing("Ground Coffee", "1kg", 2200),
            Thing("Breakfast Tea Bags", "100 pack", 520),
            Thing("Instant Coffee", "200g", 1100),
        ),
    ),
    Shelf(
        ("Frozen", "Frozen Food", "Vegetables & Desserts"),
        ("Tinderbell", "Wrenfold"),
        "Frostgully",
        (
            Thing("Garden Peas", "500g", 280),
            Thing("Oven Chips", "900g", 430),
            Thing("Vanilla Ice Cream", "2L", 780),
        ),
    ),
    Shelf(
        ("Household", "Paper & Cleaning", "Paper & Dishwashing"),
        ("Plumecloud", "Suddenrill"),
        "Tidyfinch",
        (
            Thing("Toilet Paper", "12 pack", 990),
            Thing("Paper Towel", "3 pack", 450),
            Thing("Dishwashing Liquid", "500ml", 350),
        ),
    ),
    Shelf(
        ("Bakery", "Bread", "Bread & Crumpets"),
        ("Marlowick", "Quollbrook"),
        "Early Trolley",
        (
            Thing("Wholemeal Bread", "700g", 390),
            Thing("White Sourdough Loaf", "750g", 650),
            Thing("Golden Crumpets", "6 pack", 320),
        ),
    ),
)

FRESH_PATH = ("Fruit & Vegetables", "Fresh Produce", "Loose Fruit & Vegetables")

# Sold by weight by every company, without a brand or a barcode.
FRESH_THINGS = (
    Thing("Bananas", "1kg", 390),
    Thing("Pink Apples", "1kg", 490),
    Thing("Navel Oranges", "1kg", 350),
    Thing("Green Pears", "1kg", 450),
    Thing("Lemons", "1kg", 590),
    Thing("Brown Onions", "1kg", 260),
    Thing("Washed Potatoes", "1kg", 340),
    Thing("Carrots", "1kg", 240),
    Thing("Broccoli", "1kg", 690),
    Thing("Kent Pumpkin", "1kg", 320),
    Thing("Field Tomatoes", "1kg", 620),
    Thing("Zucchini", "1kg", 480),
)
