"""Words with a meaning for matching: spellings of one word, packaging, variants, tiers, own brands.

Belongs here: words of the language and of the trade, in the form that `words.folded` gives them
(singular). What a single brand is called is no rule, except a chain's own brands.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Spelling → the word that it stands for.
SPELLINGS: dict[str, str] = {
    short: long
    for long, shorts in {
        "chocolate": "choc chocolatey",
        "barbecue": "bbq barbeque",
        "yogurt": "yoghurt yoghurty yog",
        "hummus": "hommus houmous hommous",
        "vegetable": "veg vege veggie vegie",
        "chilli": "chili chile",
        "frozen": "frz",
        "wholemeal": "wmeal",
        "wholegrain": "wgrain",
        "natural": "naturally",
        "colour": "color colouring coloring",
        "flavour": "flavor flavoured flavored",
        "slice": "sliced",
        "roast": "roasted",
        "smoke": "smoked",
        "salt": "salted",
        "grind": "ground",
        "chop": "chopped",
        "dice": "diced",
        "pickle": "pickled",
        "shred": "shredded",
        "mint": "minty",
        "light": "lite",
        "mayonnaise": "mayo",
        "cappuccino": "cappucino capuccino",
        "raspberry": "rasp",
        "strawberry": "strawb",
        "bicarbonate": "bicarb",
        "icecream": "",
        "lasagne": "lasagna",
        "capsicum": "capsicums",
        "liquorice": "licorice",
        "doughnut": "donut",
        "moisturising": "moisturizing moisturiser moisturizer",
        "antiperspirant": "deodorant",
        "whiskey": "whisky",
        "sauvignon": "sav",
        "kilojoule": "kj",
    }.items()
    for short in shorts.split()
}

JOINING = _words("and amp in of the with a an for to from n de la le by no. per on at as or")

# What a thing is packed in, and what a label says to praise it: says nothing about which it is.
PACKAGING = _words("""
    pack packet pk bag box can canned tin jar bottle tub tube block bar carton pouch sachet cup tray
    punnet multipack sharepack share sharing family value snack single roll each ea piece unit size
    approx sleeve wrap wrapped resealable squeezy squeeze top down canister container case stick
    flavour style type kind product food range new quality delicious real
    great good best favourite authentic australian australia made grown whole classic original
    traditional regular plain natural normal standard selected choice serve fresh
    loose prepacked x gram g ml l kg litre
""")
# Of the words above, those that name the plain variant, which a label may leave out.
PLAIN_VARIANTS = _words("classic original traditional regular plain natural normal standard")

# Words that tell two goods of one brand apart.
FLAVOURS = _words("""
    apple apricot avocado banana berry blackberry blackcurrant blueberry boysenberry cherry citrus
    coconut cranberry currant date elderflower feijoa fig fruit grape grapefruit guava kiwi lemon
    lemonade lime lychee mandarin mango melon mulberry nectarine orange papaya passionfruit peach
    pear pineapple plum pomegranate prune quince raisin raspberry redcurrant rhubarb strawberry
    sultana tangerine tropical watermelon yuzu acai
    almond cashew hazelnut macadamia nut peanut pecan pistachio walnut sesame seed sunflower
    chocolate cocoa caramel butterscotch coffee cappuccino espresso latte mocha vanilla custard
    honey maple syrup toffee fudge nougat marshmallow cookie brownie biscuit malt mint peppermint
    spearmint eucalyptus menthol liquorice aniseed rum musk rose ginger cinnamon nutmeg turmeric
    cardamom clove chai matcha earl grey english breakfast irish chamomile hibiscus jasmine rooibos
    oolong
    salt vinegar pepper peppercorn chilli jalapeno chipotle paprika harissa sriracha wasabi
    barbecue smoke smoky smokey honey soy teriyaki satay curry tikka masala korma tandoori butter
    vindaloo rogan josh madras laksa tom yum pesto basil oregano thyme rosemary parsley coriander
    dill sage mint chive onion garlic shallot leek tomato capsicum mushroom truffle olive eggplant
    beetroot carrot pumpkin corn pea bean lentil chickpea spinach kale broccoli cauliflower potato
    celery cucumber zucchini avocado artichoke radish cabbage
    chicken beef lamb pork bacon ham turkey duck veal kangaroo rabbit venison liver salami chorizo
    salmon tuna sardine mackerel anchovy prawn crab oyster mussel squid fish seafood cod
    cheese cheddar parmesan mozzarella feta brie camembert ricotta gouda edam gruyere halloumi
    haloumi mascarpone colby jarlsberg swiss havarti vintage cottage blue goat cream milk yogurt egg
    tofu
    rice wheat oat barley rye quinoa buckwheat spelt corn bran semolina
    marmalade jam relish pickle mustard mayonnaise aioli ranch caesar
    cola ginger tonic soda creaming sarsaparilla
    oriental thai japanese korean chinese indian mexican italian greek french moroccan malaysian
    vietnamese turkish lebanese spanish mediterranean middle eastern cajun peri portuguese
    penne spaghetti fettuccine macaroni rigatoni lasagne fusilli spiral farfalle linguine
    tagliatelle ravioli tortellini gnocchi risoni shell bowtie angel
    basmati arborio
    shiraz merlot cabernet sauvignon chardonnay riesling pinot noir grigio gris semillon moscato
    prosecco rose tempranillo malbec brut
""")
COLOUR_WORDS = _words("""
    red green blue yellow black white pink purple brown gold golden silver grey clear rainbow
    scarlet ivory beige blonde blond brunette navy teal amber ruby crimson bronze copper dark
""")
DIETS = _words("""
    light diet zero sugar sugarless free unsweetened unsalted sweetened skim skimmed lean lowfat fat
    reduced low less lactose gluten dairy vegan vegetarian plant keto paleo halal kosher organic
    biodynamic bio decaf decaffeinated caffeine protein fibre iron calcium probiotic omega vitamin
    max extra ultra double triple full strength strong mild medium hot spicy sweet sour bitter
    semi dry tangy rich creamy intense smooth crunchy chunky crispy soft hard firm silken thick
    thin fine coarse crushed whole slice dice shred chop grate grated minced mince fillet wing
    breast thigh drumstick leg rib loin steak roast frozen dried chilled raw cooked instant
    microwave quick ready powder liquid gel foam cream spray aerosol roll stick wipe capsule
    tablet pod bean grind granule leaf concentrate refill wholemeal wholegrain multigrain
    grain sourdough brioche seeded hi high
    infant toddler baby junior kid kids child children adult puppy kitten senior men man women woman
    boy girl mini large small jumbo big giant king little xl xxl
    sensitive whitening fresh advanced active original complete repair volume moisture moisturising
    hydrating colour curl oily dandruff lavender aloe vera cotton ocean breeze tropical floral
    sport fragrance unscented unperfumed antibacterial
    spring water juice nectar oil
    assorted mixed mix variety selection hummus tzatziki guacamole
    newborn crawler walker stage step still sparkling cloudy pulp bitter stout lager ale pilsner
    draught shandy aa aaa premium finest signature
""")
VARIANTS = FLAVOURS | COLOUR_WORDS | DIETS

# Ranges that are priced apart; a thing of one is compared only with things of the same.
TIERS: dict[str, frozenset[str]] = {
    "organic": _words("organic biodynamic"),
    "free range": _words("range cage barn pasture"),
    "special diet": _words("gluten lactose vegan vegetarian plant keto"),
    "reduced": _words("light diet zero reduced low skim sugarless unsalted unsweetened less lean"),
    "decaf": _words("decaf decaffeinated"),
    "premium": _words("finest luxury gourmet wagyu angus truffle reserve manuka a2"),
    "frozen": _words("frozen freezer"),
    "long life": _words("uht longlife life"),
}
# Tiers that a category tells as well as a name.
TIERS_OF_CATEGORIES = frozenset({"frozen", "long life"})

# Brands that only one chain sells, by their first words. Sources: the chains' own web shops.
OWN_BRANDS: dict[str, tuple[str, ...]] = {
    "aldi": ("aldi", "special buy", "specially selected"),
    "coles": ("coles", "wellness road", "daley st", "koi", "urban coffee culture", "market lane"),
    "iga": ("iga", "community co", "black gold", "no frills", "best buy"),
    "woolworths": ("woolworths", "macro", "essentials", "odd bunch", "homebrand", "select"),
}

# What brands that are none are called.
NO_BRANDS = frozenset({"new", "fresh", "unbranded", "generic", "branded", "na", "none", "various"})

# In the path of a category: goods that are the same whoever grew or cut them.
FRESH_ROOTS = _words("fruit vegetable meat seafood poultry produce")
NOT_FRESH = _words("""
    dried nut juice canned frozen salad dip deli snack confectionery chip pate packaged smallgood
    drink pantry freezer jelly
""")
ALCOHOL = _words("liquor wine beer spirit cider champagne sparkling")
