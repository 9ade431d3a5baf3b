/**
 * The words of codes: 1,121 plain ones, no two of which are one typing error apart. Three of them are one of 1.4 thousand million codes (30.4 bits).
 */
export const WORDS: readonly string[] = `
  acorn actor adapt admiral afford agenda agent airport alarm album alcove alfalfa algebra alley almond alpaca alpine amber anchor
  angle animal antler anvil apple apricot apron aquarium arcade archer arctic arena armchair armor arrow artist asphalt atlas atom
  attic auburn august aunt author autumn avenue avocado awning axle azure baboon backpack bacon badge bagel baker balcony ballet
  balloon bamboo banana bandage banjo banner barber bargain barley barrel basalt basket bathtub battery bazaar beaver bedroom beetle
  belfry bell berry bicycle billow binder biscuit bishop bison blanket blazer blender blizzard blossom bluebell blueprint bobcat
  boiler bonfire bookcase border bottle boulder bouquet bowling bracelet bramble brandy brass bread breeze brick bridge broccoli
  bronze broom brother brush bubble bucket buckle buffalo bugle builder bulldog bumper bundle bungalow bunker butcher butter button
  buzzard cabbage cabin cable cactus cadet calendar camel camera campfire canal canary candle cannon canoe canvas capital captain
  caramel caravan carbon cardinal carnival carpet carrot cartoon cascade cashew castle catalog cathedral cavern cedar celery cellar
  cello cement century ceramic chalk champion channel chapel chariot cheddar cherry chess chestnut chicken chimney chisel chorus
  cinema cinnamon circle circus citrus clarinet clay clever cliff climber clinic cloak cloud cluster coast cobalt cobbler cobra
  cocoa coconut coffee college comet compass concert condor cookie copper coral corner cosmos cottage cotton cougar country courage
  cousin cowboy coyote cradle crane crater crayon creek crescent cricket crimson crocus crown cruise crystal cucumber cupboard
  curtain cushion custard cyclone cymbal cypress daffodil dagger dahlia dairy dancer dawn decade deck deer delta denim dentist
  desert diamond diesel dingo dinner diploma dipper disco dolphin domino donkey doorbell dove dragon drama drawer dream drift
  drizzle drummer duchess dumpling dune dusk dwarf dynamo eagle early earring earth easel east echo eclipse editor eggplant elbow
  elder elegant elephant elevator elm emerald empire engine envelope equator eraser escort estuary evening evergreen explorer
  express fabric factory falcon family famous farmer fashion father faucet felt fence fennel ferret festival fiddle figment finch
  finger firefly fireplace fisher flagpole flame flamingo flannel flash flavor fleet flicker flint float flock florist flour flute
  focus foghorn folder forest fork fortress fossil fountain foxglove fragment freckle freight friend frost fruit fudge furnace
  furrow gadget galaxy gallery gallon garage garden gardener garlic garment garnet gazebo gazelle gecko general genius gentle geyser
  giant giraffe glacier glass glider glimmer globe glory goblet goblin golden golfer gondola goose gopher gorilla gospel gown
  granite grape gravel gravity green griddle grizzly grocer groove grotto guava guitar gull gumdrop gym gypsum habit haddock hammer
  hammock hamster hangar harbor harness harp harvest hatchet hawk hazel heather hedge helium helmet herald herb heron herring
  hickory highway hiker hill hilltop hippo history hockey holiday holly honey hoof horizon hornet horse hostel hurdle husky hydrant
  hyena iceberg icicle igloo iguana impala index indigo inkwell insect island ivory ivy jacket jaguar jasmine javelin jelly jersey
  jester jewel jigsaw jogger journal journey jubilee juggler juice jukebox jungle juniper jupiter jury kangaroo kayak kettle
  keyboard kidney kimono kingdom kiosk kitchen kite kitten kiwi knapsack knight knot koala label ladder lagoon lamp lantern larch
  lasagna lattice laundry laurel lava lavender lawyer leaflet lecture legend lemon lentil leopard letter lettuce library license
  lilac lily lime linen lion lizard lobby lobster locket locomotive locust lodge lotus lullaby lumber lunar lunch lynx lyric
  macaroni machine magenta magnet magnolia magpie mahogany mailbox majesty mallard mammoth mandolin mango manor maple marathon
  marble margin marina market marmot maroon marsh marvel mascot mason meadow medal melody melon memory menu merchant mercury mermaid
  meteor method midnight mile mimosa mineral mint mirror missile mixture modem molecule monarch monsoon monument morning mosaic
  mosquito moth motor mouse movie muffin mulberry muscle museum mushroom musket mustang mystery napkin narwhal nation nature navy
  nebula necklace nectar needle nephew neptune nickel nimble noble nomad noodle north notebook november nugget nurse nutmeg oasis
  oatmeal oboe ocean octagon octave october octopus olive omelet onion opal opera optic orange orbit orchard orchid oregano organ
  origami osprey ostrich otter outback outfit oven owl oxygen oyster paddle padlock pagoda painter pajama palace palette palm
  pancake panda panel panther papaya paper paprika parade parcel parka parlor parsley partner passport pasta pastry patio patrol
  pavement peacock peanut pebble pecan pelican pencil penguin pension pepper perfume periscope petal pewter pheasant phoenix photo
  piano picnic picture pigeon pilgrim pillar pilot pineapple pinecone pioneer pistachio pitcher pixel pizza planet plank plaster
  plaza plum podium poet polar police polka pollen polo pond popcorn poppy porch porpoise portrait possum poster potato pottery
  powder prairie pretzel primrose prince prism problem program propane proton prune public pudding pulley puma pumpkin pupil puppet
  purple puzzle pyramid python quarry quartz queen quiet quill quince quiver quiz rabbit raccoon radar radio radish rafter railway
  rainbow raisin rally rampart ranch ranger raspberry rattle raven reactor recipe record redwood reed referee reindeer relay remedy
  rescue resort reunion rhino rhubarb rhythm ribbon river roadway robin robot rodeo romance rooftop rooster rosemary rowboat royal
  rubber ruby rudder runway russet rustic rye safari saffron sailor salad salmon salt sandal sandwich sapphire sardine satchel satin
  saturn sauce sausage savanna saxophone scallop scarf scholar school scissors scooter scorpion scout screen scroll sculptor seagull
  season secret sedan seesaw senate sequel sequoia serpent sesame shadow shamrock shark shed shelf shepherd sherbet sheriff shield
  shovel shower shrimp shuttle siesta signal silk silver siren sister skate sketch skillet skipper skunk skyline slalom sleigh sloth
  smoke snail sneaker snorkel snowball snowman soccer sofa soldier solstice sonar sonata songbird soprano sorbet sorrel soup south
  soybean spaniel sparrow spatula spear spectrum sphinx spice spider spinach spiral spirit sponge spoon sprocket spruce squash squid
  squirrel stadium stallion stamp stapler starfish statue steamer steeple stencil stereo sterling steward sticker stirrup stork
  stove strand strawberry stream street studio sturgeon subway sugar suitcase sultan summer summit sunbeam sundial sunflower sunset
  surfer swallow swan sweater swift sycamore symbol symphony syrup system tadpole taffeta talent tambourine tandem tangerine
  tapestry taxi teacher teapot teaspoon telegram temple tennis terrace terrier textile theater theory thermos thicket thimble
  thistle thread thrush thunder thyme tiger timber tinsel titan toaster tobacco tomato topaz tornado tortoise toucan tourist towel
  tractor traffic trail trampoline trapeze treasure treaty tremor triangle tribune tricycle trolley trombone trophy tropic trout
  truck truffle trumpet tugboat tulip tundra tunnel turban turkey turnip turquoise turtle tuxedo twilight twine typhoon umbrella
  uncle unicorn uniform universe upland uptown uranium urchin usher utensil vacuum vanilla vapor varnish vault vegetable velvet
  vendor veranda vessel viaduct vicar victory video village vine vinegar vineyard vintage viola violet violin viper virtue visitor
  vitamin vivid volcano volley voyage vulture waffle wagon waiter walnut walrus waltz wander warbler wardrobe warrior wasp wealth
  wedding weekend whale wharf wheat wheel whisker wicker widget windmill window winter wisdom wolf wombat woodland wool wreath wren
  yacht yarn yellow yodel yogurt yonder zebra zenith zephyr zeppelin zero zigzag zinc zodiac zone zucchini
`
  .trim()
  .split(/\s+/);
