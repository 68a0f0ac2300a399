using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Long lists of classes, in the order of their labels.</summary>
static class ClassLists
{
    /// <summary>The 200 folders of Tiny ImageNet, by WordNet identifier.</summary>
    public static ImmutableArray<string> TinyImageNet { get; } = Split("""
        n01443537 n01629819 n01641577 n01644900 n01698640 n01742172 n01768244 n01770393 n01774384 n01774750 n01784675 n01855672 n01882714
        n01910747 n01917289 n01944390 n01945685 n01950731 n01983481 n01984695 n02002724 n02056570 n02058221 n02074367 n02085620 n02094433
        n02099601 n02099712 n02106662 n02113799 n02123045 n02123394 n02124075 n02125311 n02129165 n02132136 n02165456 n02190166 n02206856
        n02226429 n02231487 n02233338 n02236044 n02268443 n02279972 n02281406 n02321529 n02364673 n02395406 n02403003 n02410509 n02415577
        n02423022 n02437312 n02480495 n02481823 n02486410 n02504458 n02509815 n02666196 n02669723 n02699494 n02730930 n02769748 n02788148
        n02791270 n02793495 n02795169 n02802426 n02808440 n02814533 n02814860 n02815834 n02823428 n02837789 n02841315 n02843684 n02883205
        n02892201 n02906734 n02909870 n02917067 n02927161 n02948072 n02950826 n02963159 n02977058 n02988304 n02999410 n03014705 n03026506
        n03042490 n03085013 n03089624 n03100240 n03126707 n03160309 n03179701 n03201208 n03250847 n03255030 n03355925 n03388043 n03393912
        n03400231 n03404251 n03424325 n03444034 n03447447 n03544143 n03584254 n03599486 n03617480 n03637318 n03649909 n03662601 n03670208
        n03706229 n03733131 n03763968 n03770439 n03796401 n03804744 n03814639 n03837869 n03838899 n03854065 n03891332 n03902125 n03930313
        n03937543 n03970156 n03976657 n03977966 n03980874 n03983396 n03992509 n04008634 n04023962 n04067472 n04070727 n04074963 n04099969
        n04118538 n04133789 n04146614 n04149813 n04179913 n04251144 n04254777 n04259630 n04265275 n04275548 n04285008 n04311004 n04328186
        n04356056 n04366367 n04371430 n04376876 n04398044 n04399382 n04417672 n04456115 n04465501 n04486054 n04487081 n04501370 n04507155
        n04532106 n04532670 n04540053 n04560804 n04562935 n04596742 n04597913 n06596364 n07579787 n07583066 n07614500 n07615774 n07695742
        n07711569 n07715103 n07720875 n07734744 n07747607 n07749582 n07753592 n07768694 n07871810 n07873807 n07875152 n07920052 n09193705
        n09246464 n09256479 n09332890 n09428293 n12267677
        """, ' ');

    /// <summary>The 101 dishes of Food-101.</summary>
    public static ImmutableArray<string> Food101 { get; } = Split("""
        apple_pie baby_back_ribs baklava beef_carpaccio beef_tartare beet_salad beignets bibimbap bread_pudding breakfast_burrito
        bruschetta caesar_salad cannoli caprese_salad carrot_cake ceviche cheese_plate cheesecake chicken_curry chicken_quesadilla
        chicken_wings chocolate_cake chocolate_mousse churros clam_chowder club_sandwich crab_cakes creme_brulee croque_madame cup_cakes
        deviled_eggs donuts dumplings edamame eggs_benedict escargots falafel filet_mignon fish_and_chips foie_gras french_fries
        french_onion_soup french_toast fried_calamari fried_rice frozen_yogurt garlic_bread gnocchi greek_salad grilled_cheese_sandwich
        grilled_salmon guacamole gyoza hamburger hot_and_sour_soup hot_dog huevos_rancheros hummus ice_cream lasagna lobster_bisque
        lobster_roll_sandwich macaroni_and_cheese macarons miso_soup mussels nachos omelette onion_rings oysters pad_thai paella pancakes
        panna_cotta peking_duck pho pizza pork_chop poutine prime_rib pulled_pork_sandwich ramen ravioli red_velvet_cake risotto samosa
        sashimi scallops seaweed_salad shrimp_and_grits spaghetti_bolognese spaghetti_carbonara spring_rolls steak strawberry_shortcake
        sushi tacos takoyaki tiramisu tuna_tartare waffles
        """, ' ');

    /// <summary>The 102 flowers of the Oxford set; its own files only number them.</summary>
    public static ImmutableArray<string> Flowers102 { get; } = Split("""
        pink primrose, hard-leaved pocket orchid, canterbury bells, sweet pea, english marigold, tiger lily, moon orchid,
        bird of paradise, monkshood, globe thistle, snapdragon, colt's foot, king protea, spear thistle, yellow iris, globe-flower,
        purple coneflower, peruvian lily, balloon flower, giant white arum lily, fire lily, pincushion flower, fritillary, red ginger,
        grape hyacinth, corn poppy, prince of wales feathers, stemless gentian, artichoke, sweet william, carnation, garden phlox,
        love in the mist, mexican aster, alpine sea holly, ruby-lipped cattleya, cape flower, great masterwort, siam tulip, lenten rose,
        barbeton daisy, daffodil, sword lily, poinsettia, bolero deep blue, wallflower, marigold, buttercup, oxeye daisy,
        common dandelion, petunia, wild pansy, primula, sunflower, pelargonium, bishop of llandaff, gaura, geranium, orange dahlia,
        pink-yellow dahlia, cautleya spicata, japanese anemone, black-eyed susan, silverbush, californian poppy, osteospermum,
        spring crocus, bearded iris, windflower, tree poppy, gazania, azalea, water lily, rose, thorn apple, morning glory,
        passion flower, lotus, toad lily, anthurium, frangipani, clematis, hibiscus, columbine, desert-rose, tree mallow, magnolia,
        cyclamen, watercress, canna lily, hippeastrum, bee balm, ball moss, foxglove, bougainvillea, camellia, mallow, mexican petunia,
        bromelia, blanket flower, trumpet creeper, blackberry lily
        """, ',');

    /// <summary>The 37 breeds of the Oxford-IIIT set.</summary>
    public static ImmutableArray<string> Pets { get; } = Split("""
        Abyssinian american_bulldog american_pit_bull_terrier basset_hound beagle Bengal Birman Bombay boxer British_Shorthair chihuahua
        Egyptian_Mau english_cocker_spaniel english_setter german_shorthaired great_pyrenees havanese japanese_chin keeshond leonberger
        Maine_Coon miniature_pinscher newfoundland Persian pomeranian pug Ragdoll Russian_Blue saint_bernard samoyed scottish_terrier
        shiba_inu Siamese Sphynx staffordshire_bull_terrier wheaten_terrier yorkshire_terrier
        """, ' ');

    /// <summary>The 256 kinds of things of Caltech-256, and clutter.</summary>
    public static ImmutableArray<string> Caltech256 { get; } = Split("""
        001.ak47 002.american-flag 003.backpack 004.baseball-bat 005.baseball-glove 006.basketball-hoop 007.bat 008.bathtub 009.bear
        010.beer-mug 011.billiards 012.binoculars 013.birdbath 014.blimp 015.bonsai-101 016.boom-box 017.bowling-ball 018.bowling-pin
        019.boxing-glove 020.brain-101 021.breadmaker 022.buddha-101 023.bulldozer 024.butterfly 025.cactus 026.cake 027.calculator
        028.camel 029.cannon 030.canoe 031.car-tire 032.cartman 033.cd 034.centipede 035.cereal-box 036.chandelier-101 037.chess-board
        038.chimp 039.chopsticks 040.cockroach 041.coffee-mug 042.coffin 043.coin 044.comet 045.computer-keyboard 046.computer-monitor
        047.computer-mouse 048.conch 049.cormorant 050.covered-wagon 051.cowboy-hat 052.crab-101 053.desk-globe 054.diamond-ring 055.dice
        056.dog 057.dolphin-101 058.doorknob 059.drinking-straw 060.duck 061.dumb-bell 062.eiffel-tower 063.electric-guitar-101
        064.elephant-101 065.elk 066.ewer-101 067.eyeglasses 068.fern 069.fighter-jet 070.fire-extinguisher 071.fire-hydrant
        072.fire-truck 073.fireworks 074.flashlight 075.floppy-disk 076.football-helmet 077.french-horn 078.fried-egg 079.frisbee 080.frog
        081.frying-pan 082.galaxy 083.gas-pump 084.giraffe 085.goat 086.golden-gate-bridge 087.goldfish 088.golf-ball 089.goose
        090.gorilla 091.grand-piano-101 092.grapes 093.grasshopper 094.guitar-pick 095.hamburger 096.hammock 097.harmonica 098.harp
        099.harpsichord 100.hawksbill-101 101.head-phones 102.helicopter-101 103.hibiscus 104.homer-simpson 105.horse 106.horseshoe-crab
        107.hot-air-balloon 108.hot-dog 109.hot-tub 110.hourglass 111.house-fly 112.human-skeleton 113.hummingbird 114.ibis-101
        115.ice-cream-cone 116.iguana 117.ipod 118.iris 119.jesus-christ 120.joy-stick 121.kangaroo-101 122.kayak 123.ketch-101
        124.killer-whale 125.knife 126.ladder 127.laptop-101 128.lathe 129.leopards-101 130.license-plate 131.lightbulb 132.light-house
        133.lightning 134.llama-101 135.mailbox 136.mandolin 137.mars 138.mattress 139.megaphone 140.menorah-101 141.microscope
        142.microwave 143.minaret 144.minotaur 145.motorbikes-101 146.mountain-bike 147.mushroom 148.mussels 149.necktie 150.octopus
        151.ostrich 152.owl 153.palm-pilot 154.palm-tree 155.paperclip 156.paper-shredder 157.pci-card 158.penguin 159.people
        160.pez-dispenser 161.photocopier 162.picnic-table 163.playing-card 164.porcupine 165.pram 166.praying-mantis 167.pyramid
        168.raccoon 169.radio-telescope 170.rainbow 171.refrigerator 172.revolver-101 173.rifle 174.rotary-phone 175.roulette-wheel
        176.saddle 177.saturn 178.school-bus 179.scorpion-101 180.screwdriver 181.segway 182.self-propelled-lawn-mower 183.sextant
        184.sheet-music 185.skateboard 186.skunk 187.skyscraper 188.smokestack 189.snail 190.snake 191.sneaker 192.snowmobile
        193.soccer-ball 194.socks 195.soda-can 196.spaghetti 197.speed-boat 198.spider 199.spoon 200.stained-glass 201.starfish-101
        202.steering-wheel 203.stirrups 204.sunflower-101 205.superman 206.sushi 207.swan 208.swiss-army-knife 209.sword 210.syringe
        211.tambourine 212.teapot 213.teddy-bear 214.teepee 215.telephone-box 216.tennis-ball 217.tennis-court 218.tennis-racket
        219.theodolite 220.toaster 221.tomato 222.tombstone 223.top-hat 224.touring-bike 225.tower-pisa 226.traffic-light 227.treadmill
        228.triceratops 229.tricycle 230.trilobite-101 231.tripod 232.t-shirt 233.tuning-fork 234.tweezer 235.umbrella-101 236.unicorn
        237.vcr 238.video-projector 239.washing-machine 240.watch-101 241.waterfall 242.watermelon 243.welding-mask 244.wheelbarrow
        245.windmill 246.wine-bottle 247.xylophone 248.yarmulke 249.yo-yo 250.zebra 251.airplanes-101 252.car-side-101 253.faces-easy-101
        254.greyhound 255.tennis-shoes 256.toad 257.clutter
        """, ' ');

    static ImmutableArray<string> Split(string list, char separator) =>
        [.. list.ReplaceLineEndings(" ").Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
}
