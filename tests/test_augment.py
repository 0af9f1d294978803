"""Each distortion on images with a known result, and the properties of randomness."""

import pytest
import torch
from torch import Tensor

from lenet.recipe import Augment
from lenet.training.augment import affine, augment, blur, thicken, warp

ALL = Augment(shift=3, rotation=15, scale=0.15, shear=15, elastic=4)
ONE = torch.ones(1)


@pytest.fixture
def seven() -> Tensor:
    """A 7 with soft edges, away from the border: float32 (1, 1, 28, 28)."""
    image = torch.zeros(1, 1, 28, 28)
    image[0, 0, 7:9, 8:20] = 1
    for row in range(9, 22):
        column = 19 - (row - 9) // 2
        image[0, 0, row, column - 1 : column + 1] = torch.tensor([0.5, 1.0])
    return image


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def moved(
    image: Tensor,
    *,
    right: float = 0,
    down: float = 0,
    turn: float = 0,
    wide: float = 1,
    tall: float = 1,
    lean: float = 0,
) -> Tensor:
    matrices = affine((ONE * right, ONE * down), ONE * turn, (ONE * wide, ONE * tall), ONE * lean)
    return warp(image, matrices)


def centre_of(image: Tensor) -> tuple[float, float]:
    """Centre of mass, pixels right and down from the centre of the image."""
    axis = torch.arange(28.0) - 13.5
    ink = image.sum()
    return float((image.sum(2) * axis).sum() / ink), float((image.sum(3) * axis).sum() / ink)


def test_a_shift_of_two_pixels_moves_the_ink_two_pixels(seven: Tensor) -> None:
    right = moved(seven, right=2)
    assert torch.allclose(right[..., 2:], seven[..., :-2], atol=1e-5)
    assert right[..., :2].abs().max() == 0
    down = moved(seven, down=2)
    assert torch.allclose(down[..., 2:, :], seven[..., :-2, :], atol=1e-5)


def test_a_quarter_turn_is_counter_clockwise(seven: Tensor) -> None:
    assert torch.allclose(moved(seven, turn=90), torch.rot90(seven, 1, (2, 3)), atol=1e-5)


def test_rotation_about_the_centre_precedes_the_shift(seven: Tensor) -> None:
    turned = torch.rot90(seven, 1, (2, 3))
    assert torch.allclose(moved(seven, turn=90, right=3)[..., 3:], turned[..., :-3], atol=1e-5)


def test_scale_above_one_makes_the_ink_larger(seven: Tensor) -> None:
    bar = torch.zeros(1, 1, 28, 28)
    bar[..., 10:18, 12:16] = 1
    wider = moved(bar, wide=2)
    assert (wider[0, 0, 14] > 0.6).sum() == 8
    assert (wider[0, 0, :, 14] > 0.6).sum() == 8
    taller = moved(bar, tall=1.5)
    assert (taller[0, 0, :, 14] > 0.6).sum() == 12
    assert (taller[0, 0, 14] > 0.6).sum() == 4


def test_shear_tilts_vertical_strokes_to_the_right() -> None:
    stroke = torch.zeros(1, 1, 28, 28)
    stroke[..., 4:24, 13:15] = 1
    leaning = moved(stroke, lean=45)[0, 0]
    columns = torch.arange(28.0) - 13.5
    for row in range(6, 22):
        place = (leaning[row] * columns).sum() / leaning[row].sum()
        assert place == pytest.approx(13.5 - row, abs=1e-3)


def test_without_settings_the_same_tensor_is_returned(seven: Tensor) -> None:
    generator = rng()
    before = generator.get_state()
    assert augment(seven, Augment(), generator) is seven
    assert torch.equal(generator.get_state(), before)
    assert torch.allclose(moved(seven), seven, atol=1e-5)


def test_equal_knots_shift_every_pixel_equally(seven: Tensor) -> None:
    still = affine((0 * ONE, 0 * ONE), 0 * ONE, (ONE, ONE), 0 * ONE)
    knots = torch.zeros(1, 2, 49)
    knots[:, 0] = 2  # the ink comes from two pixels further right
    assert torch.allclose(warp(seven, still, knots), moved(seven, right=-2), atol=1e-5)
    knots = torch.zeros(1, 2, 49)
    knots[:, 1] = 2
    assert torch.allclose(warp(seven, still, knots), moved(seven, down=-2), atol=1e-5)


def test_elastic_displacement_is_smooth_and_bounded() -> None:
    # A horizontal ramp tells at each pixel how far along x its ink came from.
    ramp = torch.arange(28.0).expand(500, 1, 28, 28)
    bent = augment(ramp, Augment(elastic=3), rng())
    displacement = (bent - ramp)[..., 4:24, 4:24]
    assert displacement.abs().max() <= 3
    assert displacement.std() == pytest.approx(0.28 * 3, rel=0.05)
    assert displacement.diff(dim=3).abs().max() < 1, "strokes would be torn"


def test_equal_seeds_give_equal_images(seven: Tensor) -> None:
    batch = seven.repeat(16, 1, 1, 1)
    assert torch.equal(augment(batch, ALL, rng(1)), augment(batch, ALL, rng(1)))
    assert not torch.allclose(augment(batch, ALL, rng(1)), augment(batch, ALL, rng(2)))


def test_each_image_is_distorted_differently(seven: Tensor) -> None:
    out = augment(seven.repeat(16, 1, 1, 1), ALL, rng())
    assert all(not torch.allclose(out[i], out[j]) for i in range(16) for j in range(i))


@pytest.mark.parametrize("name", ["shift", "rotation", "scale", "shear", "elastic"])
def test_every_setting_changes_the_images(seven: Tensor, name: str) -> None:
    settings = Augment(**{name: getattr(ALL, name)})
    assert (augment(seven, settings, rng()) - seven).abs().max() > 0.2


def test_shifts_are_uniformly_distributed(seven: Tensor) -> None:
    batch = seven.repeat(2_000, 1, 1, 1)
    x0, _ = centre_of(seven)
    out = augment(batch, Augment(shift=3), rng())
    axis = torch.arange(28.0) - 13.5
    shifts = (out.sum(2) * axis).sum((1, 2)) / out.sum((1, 2, 3)) - x0
    assert shifts.min() < -2.9
    assert shifts.max() > 2.9
    counts = torch.histc(shifts, bins=6, min=-3, max=3)
    assert counts.min() > 270, "333 of 2,000 are expected in each sixth"


def test_augmented_images_keep_shape_dtype_and_range(seven: Tensor) -> None:
    out = augment(seven.repeat(64, 1, 1, 1), ALL, rng())
    assert out.shape == (64, 1, 28, 28)
    assert out.dtype == torch.float32
    assert out.min() >= 0
    assert out.max() <= 1 + 1e-6
    ink = out.sum((1, 2, 3)) / seven.sum()
    assert ink.min() > 0.4
    assert ink.max() < 2
    assert augment(seven[:0], ALL, rng()).shape == (0, 1, 28, 28)


def test_random_numbers_do_not_depend_on_the_device() -> None:
    # The meta device, which has shapes but no numbers, stands for any other one.
    generator = rng()
    assert augment(torch.zeros(2, 1, 28, 28, device="meta"), ALL, generator).device.type == "meta"
    if torch.cuda.is_available():
        images = torch.rand(8, 1, 28, 28)
        there = augment(images.cuda(), ALL, rng()).cpu()
        assert torch.allclose(there, augment(images, ALL, rng()), atol=1e-4)


def test_strokes_get_thicker_and_thinner_by_a_pixel_on_each_side(seven: Tensor) -> None:
    bar = torch.zeros(1, 1, 28, 28)
    bar[..., 10:14] = 1
    one = torch.ones(1, 1, 1, 1)
    assert thicken(bar, one).sum() == 28 * 6
    assert thicken(bar, -one).sum() == 28 * 2
    assert torch.equal(thicken(seven, 0 * one), seven)
    half = thicken(bar, one / 2)
    assert half[0, 0, 5, 9:15].tolist() == [0.5, 1, 1, 1, 1, 0.5]


def test_blur_has_the_given_width_and_keeps_the_amount_of_ink() -> None:
    point = torch.zeros(1, 1, 28, 28)
    point[0, 0, 14, 14] = 1
    for deviation in (0.2, 0.5, 0.7):
        soft = blur(point, torch.full((1, 1, 1, 1), deviation))
        axis = torch.arange(28.0) - 14
        assert soft.sum() == pytest.approx(1, abs=1e-6)
        variance = float((soft.sum(2) * axis**2).sum())
        assert variance == pytest.approx(deviation**2, abs=1e-6)


def test_neighbouring_strokes_appear_only_at_the_sides(seven: Tensor) -> None:
    batch = seven.expand(400, 1, 28, 28).contiguous()
    touched = augment(batch, Augment(neighbours=0.5), rng())
    changed = (touched != batch).flatten(1).any(1)
    # Some neighbours are too far away to be visible.
    assert 0.1 < changed.float().mean() < 0.4
    assert (touched >= batch).all()
    assert torch.equal(touched[..., 12:16], batch[..., 12:16])


def test_erasing_only_removes_ink(seven: Tensor) -> None:
    batch = seven.expand(400, 1, 28, 28).contiguous()
    erased = augment(batch, Augment(erasing=1), rng())
    assert (erased <= batch).all()
    share = 1 - erased.sum((1, 2, 3)) / seven.sum()
    assert 0.02 < share.mean() < 0.3
    assert share.max() < 0.7


def test_background_contrast_and_noise_stay_within_zero_and_one(seven: Tensor) -> None:
    batch = seven.expand(100, 1, 28, 28).contiguous()
    soiled = augment(batch, Augment(background=0.3, contrast=0.5, noise=0.2), rng())
    assert soiled.min() >= 0
    assert soiled.max() <= 1
    corner = soiled[:, 0, :5, :5].mean()
    assert 0.02 < corner < 0.2
    ink = soiled[:, 0, 7:9, 9:19].mean()
    assert 0.6 < ink < 0.9


def test_equal_seeds_give_equal_noise(seven: Tensor) -> None:
    soil = Augment(
        thickness=0.5,
        blur=0.5,
        contrast=0.3,
        background=0.2,
        noise=0.2,
        erasing=0.5,
        neighbours=0.5,
    )
    batch = seven.expand(20, 1, 28, 28).contiguous()
    once, again = (augment(batch, soil, rng(3)) for _ in range(2))
    assert torch.equal(once, again)
    assert not torch.equal(once, augment(batch, soil, rng(4)))
