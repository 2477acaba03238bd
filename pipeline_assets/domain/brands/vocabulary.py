"""Words that do not tell brands apart: legal forms, places, trades, qualities, goods.

Belongs here: words of the language and of company law. Never the name of a brand: what concerns a
single brand is an operator's decision, not a rule.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Legal forms as company registers write them, without dots.
LEGAL_FORMS = _words("""
    pty ltd limited proprietary inc incorporated llc llp lp plc gmbh ag kg kgaa ohg bv nv cv sa
    sas sarl sau sl slu srl spa snc ab aps oy oyj asa sro doo sdn bhd pte pt tbk jsc kk pvt
    private trust trustee unlimited
""")
# Those that are also ordinary words or letters; a legal form only in capitals (SpA, AG).
FORMS_IN_CAPITALS = _words("""
    ag kg lp sa sl spa ab pt kk cv private trust unlimited
""")

COMPANY_WORDS = _words("""
    co company companies corp corporation group holding holdings unit bros
""")

# `new zealand` and the like are read as one word, see `PLACES_OF_TWO_WORDS`.
PLACES = _words("""
    australia aust aus au australasia anz nz newzealand oceania pacific asia europe america usa us
    uk britain england scotland ireland germany deutschland austria france italy italia spain
    espana iberica portugal netherlands nederland holland belgium switzerland suisse sweden
    denmark norway finland poland greece turkey canada mexico brazil chile peru china hongkong
    taiwan japan korea india pakistan thailand vietnam malaysia singapore indonesia philippines
    southafrica unitedkingdom international global worldwide
""")
PLACES_OF_TWO_WORDS = ("new zealand", "hong kong", "south africa", "united kingdom")

# Where these shops are. Without a legal form, such a word does not mean a separate range, whereas
# `Asia` or `Mexico` may.
HOME_PLACES = _words("""
    australia aust aus au anz nz newzealand
""")

# What almost any food company may call itself, and a shelf label may leave out.
GENERAL_TRADES = _words("""
    food foods product products brand brands
""")

# Trades that say nothing only in a legal name: elsewhere `Bakery` or `Farms` often names a range.
TRADES = GENERAL_TRADES | _words("""
    industries industry enterprises enterprise manufacturing manufacturers manufacturer trading
    traders distribution distributors imports importers exports wholesale wholesalers marketing
    sales services service technical operations solutions general consumer retail supermarkets
    stores beverage beverages brewery breweries brewing wines winery vineyards bakery bakeries
    bakers dairy dairies farm farms growers orchards fisheries poultry smallgoods butchers
    confectionery confectioners snackfood snackfoods foodservice health healthcare nutrition care
    personal household home hygiene pharma pharmaceutical pharmaceuticals laboratories cosmetics
    petcare packaging papers kitchen kitchens
""")

QUALITIES = _words("""
    fresh fine finest quality premium gourmet classic original traditional authentic natural
    naturals organic organics pure real best good great new old extra free local simple simply
    select selected selection special deluxe golden gold white black red green blue hot sweet
    salted dried frozen roasted crunchy crispy tasty healthy light lite mini big little australian
    italian french greek japanese asian mexican indian thai korean chinese american english
    european turkish spanish
""")

# What a supermarket sells, in the singular.
GOODS = _words("""
    fruit vegetable veg salad herb apple apricot avocado banana berry blueberry cherry coconut
    date fig grape lemon lime mango melon olive orange peach pear pineapple plum prune raisin
    raspberry strawberry sultana tomato potato onion garlic ginger mushroom carrot corn pea bean
    beet beetroot lentil chickpea pumpkin spinach pepper chilli chili capsicum cucumber nut almond
    cashew hazelnut macadamia peanut pistachio walnut seed grain oat rice quinoa wheat flour meat
    beef lamb pork bacon ham salami sausage chicken turkey duck egg fish seafood salmon tuna
    sardine anchovy prawn milk cream butter cheese yoghurt yogurt custard icecream gelato tofu
    bread breadcrumb roll bun bagel wrap tortilla pita cracker crispbread cereal muesli granola
    porridge pasta macaroni spaghetti fettuccine lasagne gnocchi noodle ramen udon soup stock
    broth sauce gravy dressing mayonnaise mayo mustard ketchup relish chutney pickle salsa pesto
    dip hommus hummus guacamole tahini spread jam marmalade honey syrup sugar sweetener salt spice
    seasoning vinegar oil paste puree curry satay soy tamari miso kimchi gochujang teriyaki
    sriracha wasabi sushi dumpling pizza pie pastry quiche burger snack chip crisp popcorn pretzel
    ice biscuit cookie cake muffin brownie wafer dessert jelly pudding topping sprinkle chocolate
    choc cocoa candy lolly confection gum liquorice mint toffee nougat marshmallow bar bite mix
    drink beverage juice cordial water soda lemonade cola kombucha tea coffee beer ale lager cider
    wine gin rum vodka whisky whiskey soap shampoo conditioner toothpaste detergent cleaner tissue
    towel nappy wipe candle vitamin supplement protein
""")

# What was done to goods, which a shop's cut can leave behind a brand's name.
TREATMENTS = _words("""
    raw cooked thawed smoked minced diced sliced grated shredded marinated pickled canned boneless
""")

OTHER_SPELLINGS = {
    "yogurt": "yoghurt", "chili": "chilli", "hummus": "hommus", "whiskey": "whisky", "mayo":
    "mayonnaise",
}  # fmt: skip


def is_goods(word: str) -> bool:
    """Whether a lower-case word, singular or plural, names something that a supermarket sells."""
    return any(form in GOODS for form in _singulars(word))


def is_generic(word: str) -> bool:
    """Whether a lower-case word says nothing about which brand these goods are."""
    return word in _GENERIC or is_goods(word)


def _singulars(word: str) -> tuple[str, ...]:
    forms = [word, word.removesuffix("s"), word.removesuffix("es")]
    if word.endswith("ies"):
        forms.append(f"{word.removesuffix('ies')}y")
    return tuple(forms)


_GENERIC = LEGAL_FORMS | COMPANY_WORDS | PLACES | TRADES | QUALITIES
