"""Where the papers' figures are drawn again."""

FIGURES = (
    ("BF, Fig. 1", "the framework", "intro"),
    ("BF, Fig. 2", "boundary band and distance map", "02_distance_maps"),
    ("BF, Fig. 3", "LA and scar, row by row", "11_ablations_boundary_focused"),
    ("BF, Fig. 4", "where TopK looks as training goes on, counted", "04_losses"),
    ("BF, Fig. 5", "the first and the last of these rows", "11_ablations_boundary_focused"),
    ("JSQ, Fig. 1", "the ways to find scar", "09_classical_baselines"),
    ("JSQ, Fig. 2", "the network with two decoders", "03_networks"),
    ("JSQ, Fig. 3", "distance and probability maps", "02_distance_maps"),
    ("JSQ, Fig. 4", "three points of a misplaced surface", "04_losses"),
    ("JSQ, Fig. 5", "an LA coloured by its signed distance", "14_the_atrium_in_3d"),
    ("JSQ, Fig. 6", "cases at the quarters of a ranking", "01_data"),
    ("JSQ, Fig. 7", "cases of differing contrast", "01_data"),
    ("JSQ, Fig. 8", "three correlations", "13_generalisation"),
    (
        "JSQ, Fig. 9",
        "the exponent of the distance map; what it is for",
        "12_ablations_atrialjsqnet",
    ),
    ("JSQ, Fig. 10", "scar on one surface, row by row", "12_ablations_atrialjsqnet"),
    ("JSQ, Fig. 11", "scar on two surfaces", "12_ablations_atrialjsqnet"),
)
"""Paper and figure, what is shown here, and the page that shows it."""
