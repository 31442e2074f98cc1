"""LearnGC on cases it never saw: on the surface, back on voxels, whatever the axes' order."""

import dataclasses

import numpy as np
import pytest

from lascarlib.baselines import energy, minimum_cut
from lascarlib.baselines.learngc import LearnGC, load_learngc
from lascarlib.baselines.learngc.surface import make_surface
from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.evaluation import dice
from lascarlib.geometry import wall_shell


@pytest.fixture
def unseen(tiny_cases):
    return tiny_cases["case_5"]


def test_scar_of_a_case_it_never_saw_is_found(trained, unseen):
    found = trained(unseen, unseen.atrium)
    assert dice(found.scar, unseen.scar) > 0.7
    assert not (found.scar & ~found.wall).any()
    assert found.numbers["scar_vertices"] < found.numbers["vertices"]


def test_a_vertex_is_scar_where_the_scar_lies(unseen, quick):
    # Scar is the shell where x index > 13, that is x > 26 mm; a voxel wide is the doubt, and where
    # the shell leaves voxels out, no scar voxel is the nearest to the surface.
    surface = make_surface(unseen, unseen.atrium, quick)
    x_mm = surface.mesh.vertices_mm[:, 0]
    assert surface.scar[x_mm > 29].mean() > 0.9
    assert not surface.scar[x_mm < 23].any()


def test_the_labels_are_those_of_least_energy(trained, unseen):
    found = trained.on_surface(unseen, unseen.atrium)
    weighed = trained.config.smoothness * found.edge_costs
    best = energy(found.scar, found.label_costs, found.mesh.edges, weighed)
    assert trained(unseen, unseen.atrium).numbers["energy"] == pytest.approx(best)
    alone = found.scar_probability > 0.5
    assert best <= energy(alone, found.label_costs, found.mesh.edges, weighed)
    rng = np.random.default_rng(0)
    for vertex in rng.integers(len(found.scar), size=50):
        flipped = found.scar.copy()
        flipped[vertex] = ~flipped[vertex]
        assert best <= energy(flipped, found.label_costs, found.mesh.edges, weighed) + 1e-9


def test_costs_are_logarithms_of_probabilities(trained, unseen):
    found = trained.on_surface(unseen, unseen.atrium)
    assert np.allclose(np.exp(-found.label_costs).sum(axis=1), 1)
    assert (found.edge_costs >= 0).all()
    assert np.allclose(found.scar_probability, np.exp(-found.label_costs[:, 1]))


def test_without_smoothness_the_t_net_decides_alone(trained, unseen):
    free = LearnGC(dataclasses.replace(trained.config, smoothness=0.0), trained.network)
    found = free.on_surface(unseen, unseen.atrium)
    assert np.array_equal(found.scar, found.scar_probability > 0.5)


def test_more_smoothness_makes_fewer_borders(trained, unseen):
    found = trained.on_surface(unseen, unseen.atrium)
    ends = found.mesh.edges
    borders = []
    for smoothness in (0.0, 1.0, 100.0):
        scar = minimum_cut(found.label_costs, ends, smoothness * found.edge_costs)
        borders.append(int((scar[ends[:, 0]] != scar[ends[:, 1]]).sum()))
    assert borders[0] >= borders[1] >= borders[2]
    assert borders[0] > borders[2]


def test_the_tie_of_two_neighbours_has_no_direction(trained, unseen):
    import torch

    surface = make_surface(unseen, unseen.atrium, trained.config)
    with torch.inference_mode():
        patches = surface.patches(np.arange(4), trained.config)
        vectors = trained.network.n_encoder(torch.from_numpy(patches))
        there = trained.network.differ_logit(vectors[:2], vectors[2:])
        back = trained.network.differ_logit(vectors[2:], vectors[:2])
    assert torch.equal(there, back)


def test_the_order_of_the_axes_does_not_matter(trained, unseen):
    # The same scan stored back to front along x and with y and z exchanged.
    turn = np.array([[-1, 0, 0, 23], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1.0]])
    stored = np.ascontiguousarray(unseen.image[::-1].transpose(0, 2, 1))
    atrium = np.ascontiguousarray(unseen.atrium[::-1].transpose(0, 2, 1))
    other = Case("turned", stored, unseen.affine @ turn)
    ours, theirs = trained(unseen, unseen.atrium), trained(other, atrium)
    assert np.array_equal(theirs.scar.transpose(0, 2, 1)[::-1], ours.scar)


def test_labels_gain_and_offset_are_not_looked_at(trained, unseen):
    plain = Case("plain", unseen.image * 3 + 50, unseen.affine)
    ours, theirs = trained(unseen, unseen.atrium), trained(plain, unseen.atrium)
    assert dice(ours.scar, theirs.scar) > 0.99  # rounding may move a vertex that was undecided


def test_an_atrium_at_the_border_is_closed_there(trained, unseen):
    cut = Case("cut", unseen.image[:, :, 4:], unseen.affine)
    atrium = unseen.atrium[:, :, 4:]
    assert atrium[:, :, 0].any()
    found = trained(cut, atrium)
    shell = wall_shell(atrium, spacing_mm=cut.spacing_mm, inner_mm=0.0, outer_mm=3.0)
    assert np.array_equal(found.wall, shell)
    assert found.scar.any()


@pytest.mark.parametrize("fill", [False, True])
def test_without_a_wall_there_is_no_scar(trained, unseen, fill):
    found = trained(unseen, np.full(unseen.atrium.shape, fill))
    assert not found.scar.any()
    assert found.numbers == {}


def test_one_voxel_of_atrium_has_a_surface(trained, unseen):
    atrium = np.zeros_like(unseen.atrium)
    atrium[12, 10, 6] = True
    assert trained(unseen, atrium).wall.any()


def test_a_constant_image_gives_an_answer(trained, unseen):
    flat = Case("flat", np.full_like(unseen.image, 7.0), unseen.affine)
    assert np.isfinite(trained(flat, unseen.atrium).numbers["energy"])


def test_what_is_no_training_is_refused(tmp_path, trained, unseen, trained_folder):
    with pytest.raises(LascarError, match="is this the folder of a training"):
        load_learngc(tmp_path)
    with pytest.raises(LascarError, match="atrium has shape"):
        trained(unseen, unseen.atrium[1:])
    (tmp_path / "run.json").write_text((trained_folder / "run.json").read_text())
    with pytest.raises(LascarError, match="weights are missing"):
        load_learngc(tmp_path)
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(LascarError, match="not a training's record"):
        load_learngc(tmp_path)
