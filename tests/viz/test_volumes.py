import gzip
from dataclasses import replace

import nibabel as nib
import numpy as np
import pytest

from lascarlib.case import Case
from lascarlib.errors import LascarError
from lascarlib.viz import show_volume
from lascarlib.viz.niivue import CAMERA


def case():
    """An atrium of 4 x 4 x 4 voxels in the middle, one scar voxel at the patient's left of it."""
    atrium, scar = np.zeros((2, 16, 16, 16), bool)
    atrium[6:10, 6:10, 6:10] = True
    scar[10, 7, 8] = True  # x runs to the left
    affine = np.diag([-2.0, -2.0, 3.0, 1.0])
    affine[:3, 3] = [10, 20, 30]
    image = np.indices(atrium.shape).sum(axis=0).astype(np.float32)
    return Case("a", image, affine, atrium, scar)


def test_the_viewer_holds_a_crop_in_ras_that_lies_where_the_case_does(monkeypatch):
    given = []
    monkeypatch.setattr(
        "ipyniivue.NiiVue.load_volumes", lambda self, volumes: given.extend(volumes)
    )
    made = []
    monkeypatch.setattr("ipyniivue.Volume", lambda **told: made.append(told) or told)
    one = case()
    shown = show_volume(one, margin_mm=4.0)
    image, labels = (nib.Nifti1Image.from_bytes(gzip.decompress(told["data"])) for told in made)
    # 4 voxels and 4 mm on both sides: 2 voxels along x and y, 2 (of 3 mm) along z.
    assert image.shape == labels.shape == (8, 8, 8)
    found = np.asarray(labels.dataobj)
    assert nib.aff2axcodes(labels.affine) == ("R", "A", "S")
    (scar,) = np.argwhere(found == 2)
    there = labels.affine @ [*scar, 1]
    assert np.allclose(there, one.affine @ [10, 7, 8, 1])
    assert (found == 1).sum() == 64
    assert np.allclose(shown.viewer.scene.crosshair_pos, (scar + 0.5) / 8)
    assert made[1]["colormap_label"].lut[8:11] == [0xD5, 0x5E, 0x00]
    # The scar lies at the patient's left, so the volume is seen from there.
    scene = shown.viewer.scene
    assert (scene.render_azimuth, scene.render_elevation) == CAMERA["left"]


def test_without_scar_the_planes_cross_in_the_atrium_and_without_labels_in_the_middle():
    one = case()
    shown = show_volume(replace(one, scar=None), margin_mm=4.0)
    assert shown.viewer.scene.crosshair_pos == [0.5, 0.5, 0.5]
    shown = show_volume(replace(one, scar=None, atrium=None))
    assert shown.viewer.scene.crosshair_pos == [0.5, 0.5, 0.5]
    assert len(shown.viewer.volumes) == 1


def test_bad_input_to_a_viewer_is_refused():
    with pytest.raises(LascarError, match="margin_mm is -1"):
        show_volume(case(), margin_mm=-1)
    with pytest.raises(LascarError, match="shows surfaces only"):
        show_volume(case(), viewer="page")
    with pytest.raises(LascarError, match="opacity is 2"):
        show_volume(case(), opacity=2)
