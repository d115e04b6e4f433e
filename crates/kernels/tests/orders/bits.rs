//! The bits of what no definition orders: a change of them is a change of every picture, and asks for a new numerics
//! version.

use kernels::conv::{ConvEpilogue, ConvTask, Sliding, Tile, WinogradWeights};
use kernels::dft::WindowDft;
use kernels::elementary::{cos_sin_fraction, exp, ln, sigmoid};
use kernels::resample::{Alignment, ResizePlan, Rotation};
use kernels::{Isa, Region, Window, WindowMut};
use testkit::pseudo_random;

/// FNV-1a of the bits, so that one literal stands for them all (Fowler, Noll and Vo).
fn digest(bits: impl Iterator<Item = u64>) -> u64 {
    bits.flat_map(u64::to_le_bytes)
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn of_singles(values: &[f32]) -> u64 {
    digest(values.iter().map(|v| u64::from(v.to_bits())))
}

#[test]
fn fourier_transforms_of_every_kind_of_length() {
    // A square, a product of unlike factors, an odd one, a prime, and the recipe's 224 by 32.
    let sizes = [(16, 16), (14, 30), (15, 9), (13, 7), (224, 32)];
    let found = sizes.map(|(height, width)| {
        let dft = WindowDft::new(height, width, Region::whole(height, width));
        let (isa, mut scratch) = (Isa::best(), vec![0.0; dft.scratch()]);
        let mut image = vec![0.0; height * width];
        dft.inverse(isa, &pseudo_random(1, dft.spectrum_length()), &mut scratch, &mut image);
        let mut spectrum = vec![0.0; dft.spectrum_length()];
        dft.adjoint(isa, &pseudo_random(2, height * width), &mut scratch, &mut spectrum);
        [of_singles(&image), of_singles(&spectrum)]
    });
    let expected = [
        [0xae09_c742_82c0_bac5, 0x7111_81be_d23c_5c8a],
        [0x4b44_71c8_3dfb_7f81, 0x78bf_9db1_f96b_bb35],
        [0x320a_37ce_7501_87f6, 0x3b3f_7701_997c_bb9d],
        [0xf445_9bc2_14f9_ec9d, 0xbecd_070b_ad82_2c72],
        [0x1b48_0ed4_1630_7f6b, 0x025e_5527_7caa_10aa],
    ];
    assert_eq!(found, expected, "{found:#x?}");
}

#[test]
fn winograds_transforms() {
    let sliding = Sliding::square(3, 1, 0);
    let found = [Tile::Two, Tile::Four].map(|tile| {
        let weights = WinogradWeights::with_tile(tile, &pseudo_random(1, 16 * 32 * 9), (16, 32), sliding);
        let (map, held) = (Region::whole(8, 12), Region::whole(10, 14));
        let x = pseudo_random(2, held.positions() * 32);
        let mut y = vec![0.0; map.positions() * 16];
        let mut scratch = vec![0.0; weights.scratch(16)];
        let mut window = WindowMut::new(&mut y, map, 16);
        let x = Window::new(&x, held, 32);
        let task = ConvTask { x, wanted: map, epilogue: ConvEpilogue::default() };
        weights.convolve(Isa::best(), &task, &mut window, &mut scratch);
        of_singles(&y)
    });
    let expected = [0xa87a_c399_80ec_770f, 0xa663_7093_1c4f_7e89];
    assert_eq!(found, expected, "{found:#x?}");
}

#[test]
fn elementary_functions() {
    let wide: Vec<f32> = pseudo_random(1, 4000).iter().map(|v| 100.0 * v).collect();
    let singles = |of: fn(f32) -> f32| of_singles(&wide.iter().map(|&v| of(v)).collect::<Vec<_>>());
    let logarithms = wide.iter().map(|&v| {
        ln({
            let v = f64::from(v.abs());
            v * v * v + f64::MIN_POSITIVE
        })
    });
    let turns = (0..1000_i64).flat_map(|n| <[f64; 2]>::from(cos_sin_fraction(n, 1000)));
    let found = [singles(exp), singles(sigmoid), digest(logarithms.map(f64::to_bits)), digest(turns.map(f64::to_bits))];
    let expected = [0xeb2d_8607_048c_199c, 0xbedf_78e4_3841_a84e, 0xd56d_c9e3_2e0f_0cb6, 0xdcda_732e_24d5_606d];
    assert_eq!(found, expected, "{found:#x?}");
}

#[test]
fn rotations_and_resizes() {
    let (isa, held) = (Isa::best(), Region::whole(24, 19));
    let x = pseudo_random(1, held.positions() * 3);
    let turned = |degrees: i32| {
        let mut y = vec![0.0; x.len()];
        Rotation::new((24, 19), degrees).rotate(
            isa,
            held,
            Window::new(&x, held, 3),
            &mut WindowMut::new(&mut y, held, 3),
        );
        of_singles(&y)
    };
    let resized = |to: (usize, usize), alignment| {
        let (plan, region) = (ResizePlan::new((24, 19), to, alignment), Region::whole(to.0, to.1));
        let mut y = vec![0.0; region.positions() * 3];
        let resize = plan.part(region);
        let mut scratch = vec![0.0; resize.scratch(3)];
        resize.apply(isa, Window::new(&x, held, 3), &mut scratch, &mut WindowMut::new(&mut y, region, 3));
        of_singles(&y)
    };
    let found = [
        turned(-5),
        turned(3),
        resized((25, 20), Alignment::Corners),
        resized((12, 9), Alignment::HalfPixel),
        resized((48, 38), Alignment::HalfPixel),
    ];
    let expected = [
        0x4867_1bcf_28ff_1418,
        0x9d85_19e4_4784_d4a9,
        0x3d1e_08dd_99dc_8271,
        0xde56_70cd_5b05_5e1c,
        0x0732_b45a_ab4f_cc8b,
    ];
    assert_eq!(found, expected, "{found:#x?}");
}
