//! Winograd's convolution of some of the channels, and its tiles. What is true of every such convolution is a law
//! (`crates/laws`).

mod regions;

use kernels::conv::{ConvEpilogue, ConvTask, Sliding, SomeChannels, Tile, WinogradWeights};
use kernels::matmul::ColumnAffine;
use kernels::{Isa, Region, Window, WindowMut};
use proptest::prelude::*;
use regions::{padded, part};
use testkit::{assert_same_bits, poisoned, pseudo_random};

/// A convolution's shape: the input map, channels in and out, the padding.
#[derive(Clone, Copy, Debug)]
struct Case {
    tile: Tile,
    size: (usize, usize),
    inputs: usize,
    outputs: usize,
    sliding: Sliding,
    seed: u64,
}

fn cases() -> impl Strategy<Value = Case> {
    let channels = prop::sample::select(vec![16_usize, 32, 48]);
    let tile = prop::sample::select(vec![Tile::Two, Tile::Four]);
    let size = (1_usize..40, 1_usize..23);
    let padding = (0_usize..4, 0_usize..4);
    (size, channels.clone(), channels, padding, (tile, any::<u64>()))
        .prop_map(|(size, inputs, outputs, padding, (tile, seed))| Case {
            tile,
            size,
            inputs,
            outputs,
            sliding: Sliding { kernel: (3, 3), stride: (1, 1), padding },
            seed,
        })
        .prop_filter("a window that fits the padded map", |case| {
            case.sliding.output_size(case.size.0, case.size.1).is_some()
        })
}

impl Case {
    fn output_map(&self) -> Region {
        let (height, width) = self.sliding.output_size(self.size.0, self.size.1).expect("a window that fits");
        Region::whole(height, width)
    }

    fn input(&self) -> Vec<f32> {
        pseudo_random(self.seed, self.size.0 * self.size.1 * self.inputs)
    }

    fn weights(&self) -> Vec<f32> {
        pseudo_random(self.seed ^ 1, self.outputs * self.inputs * 9)
    }

    fn transformed(&self) -> WinogradWeights {
        let size = (self.outputs, self.inputs);
        WinogradWeights::with_tile(self.tile, &self.weights(), size, self.sliding)
    }

    /// The window of the input that `region` of the output needs: zeros beyond the map.
    fn window(&self, x: &[f32], region: Region) -> (Vec<f32>, Region) {
        let held = self.sliding.input_region(&self.tile.covering(&region));
        (padded(x, self.size, self.inputs, held), held)
    }

    /// Computes `region` of the output into a window of the whole map that was poisoned before.
    fn compute(&self, isa: Isa, x: &[f32], region: Region, epilogue: &ConvEpilogue<'_>) -> Vec<f32> {
        let (data, held) = self.window(x, region);
        let input = Window::new(&data, held, self.inputs);
        let map = self.output_map();
        let mut y = poisoned(map.positions() * self.outputs);
        let weights = self.transformed();
        let mut scratch = poisoned(weights.scratch(self.outputs));
        let mut target = WindowMut::new(&mut y, map, self.outputs);
        let task = ConvTask { x: input, wanted: region, epilogue: *epilogue };
        weights.convolve(isa, &task, &mut target, &mut scratch);
        y
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn some_channels_have_the_bits_of_all(case in cases(), at: [usize; 4], from: usize, relu: bool) {
        let (map, region) = (case.output_map(), part(case.output_map(), at));
        let (scale, shift) = (pseudo_random(case.seed ^ 3, case.outputs), pseudo_random(case.seed ^ 4, case.outputs));
        let affine = ColumnAffine::new(&scale, &shift);
        let residual = pseudo_random(case.seed ^ 5, map.positions() * case.outputs);
        let residual = Some(Window::new(&residual, map, case.outputs));
        let epilogue = ConvEpilogue { affine: Some(&affine), residual, relu };
        let all = case.compute(Isa::best(), &case.input(), region, &epilogue);
        let all = Window::new(&all, map, case.outputs);
        let channels = from % (case.outputs / 16) * 16..case.outputs;
        let weights = case.transformed();
        let (data, held) = case.window(&case.input(), region);
        let mut y = poisoned(region.positions() * channels.len());
        let mut scratch = poisoned(weights.scratch(channels.len()));
        let input = Window::new(&data, held, case.inputs);
        let task = ConvTask { x: input, wanted: region, epilogue };
        let some = SomeChannels { channels: channels.clone(), values: &mut y };
        weights.convolve_channels(Isa::best(), &task, some, &mut scratch);
        let mut found = y.chunks_exact(channels.len());
        for row in region.top..region.bottom() {
            for column in region.left..region.right() {
                let expected = &all.pixel(row, column)[channels.clone()];
                assert_same_bits(found.next().unwrap_or_default(), expected, &format!("{channels:?} of {case:?}"));
            }
        }
    }
}

#[test]
fn a_nan_reaches_its_tiles_and_no_others() {
    let case =
        Case { tile: Tile::Four, size: (12, 12), inputs: 16, outputs: 16, sliding: Sliding::square(3, 1, 1), seed: 5 };
    let mut x = case.input();
    // Inputs of the tile at row 4, column 8 are rows 3 to 8 and columns 7 to 12; this one is read by no other tile.
    x[(5 * 12 + 10) * 16 + 3] = f32::NAN;
    let y = case.compute(Isa::best(), &x, case.output_map(), &ConvEpilogue::default());
    for (at, values) in y.chunks(16).enumerate() {
        let near = at / 12 / 4 == 1 && at % 12 / 4 == 2;
        assert!(values.iter().all(|v| v.is_nan() == near), "{at}");
    }
}

#[test]
fn only_three_by_three_kernels_of_stride_one_and_whole_panels_suit() {
    let square = Sliding::square;
    let of = |channels, outputs| Tile::of(square(3, 1, 1), channels, outputs);
    assert_eq!(of(64, 128), Some(Tile::Four));
    assert_eq!(of(256, 256), Some(Tile::Four));
    assert_eq!(of(256, 512), Some(Tile::Two));
    for (sliding, channels, outputs) in [
        (square(3, 2, 1), 64, 64),
        (square(1, 1, 0), 64, 64),
        (square(3, 1, 1), 24, 64),
        (square(3, 1, 1), 64, 8),
        (square(3, 1, 1), 0, 16),
    ] {
        assert_eq!(Tile::of(sliding, channels, outputs), None, "{sliding:?}");
    }
}

#[test]
fn tiles_are_counted_from_the_first_row_and_column_of_the_map() {
    let region = Region::between(5, 4, 9, 7);
    assert_eq!(Tile::Four.covering(&region), Region::between(4, 4, 12, 8));
    assert_eq!(Tile::Two.covering(&region), Region::between(4, 4, 10, 8));
    assert_eq!(Tile::Four.covering(&Region::between(-1, 0, 1, 1)), Region::between(-4, 0, 4, 4));
    assert_eq!(Tile::Two.covering(&Region::EMPTY), Region::EMPTY);
}
