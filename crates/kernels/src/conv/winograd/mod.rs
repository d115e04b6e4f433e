//! Convolution by 3 x 3 kernels with fewer multiplications: Winograd's F(4 x 4, 3 x 3) and F(2 x 2, 3 x 3).
//!
//! The output is cut into tiles of 4 x 4 or 2 x 2, counted from the map's first row and column. A tile depends on 6 x 6
//! or 4 x 4 inputs d. With the matrices of [`four`] or [`two`],
//!
//! ```text
//! y = A^T [ sum over c of (G g_c G^T) * (B^T d_c B) ] A        (* element by element)
//! ```
//!
//! (Lavin and Gray, *Fast Algorithms for Convolutional Neural Networks*, 2016, equation 8). Each of the 36 or 16
//! elements is a matrix product over channels, `[tiles, in] x [in, out]`, that keeps the summation contract; transforms
//! are fixed chains too. So the bits depend neither on the instruction set, nor on threads, nor on the region: a tile
//! is always computed from all of its inputs. They are other bits than those of [`super::ConvWeights`], and their error is
//! larger: with `n` of [`Tile::roundings`]
//!
//! ```text
//! |error| <= gamma_n * |A^T| [ sum over c of |G g_c G^T| * (|B^T| |d_c| |B|) ] |A|
//! ```
//!
//! In the root mean square that is two to three times the error of the direct sum for tiles of four. An infinity or NaN
//! reaches all of a tile.
//!
//! A tile of four takes a quarter of the direct sum's multiplications and four times its weights; one of two takes four
//! ninths, and 16/9 of the weights. The layer's channels decide ([`Tile::of`]).

mod four;
mod lanes;
mod two;

use super::task::{Grid, Sums};
use super::{ConvTask, Sliding, SomeChannels};
use crate::isa::Isa;
use crate::matmul::{LeftMatrix, PANEL, PackedMatrix, Product, Rows, Target};
use crate::region::Region;
use crate::window::WindowMut;
use lanes::{Finish, Lanes, Places, TileInputs, TileProducts};
use std::ops::Range;

/// How many tiles are transformed together, at the most: what lies between the transforms then stays in the second
/// cache.
const TILES: usize = 56;

/// The most weights `[out, in]` that tiles of four are used for: with more, reading 36 times as many floats takes
/// longer than multiplying.
const FOUR: usize = 256 * 256;

/// How large the tiles of a layer are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tile {
    /// 2 x 2.
    Two,
    /// 4 x 4.
    Four,
}

impl Tile {
    /// The tile of a layer with so many channels in and out; `None` if it cannot be computed so: it takes 3 x 3
    /// kernels, stride 1 and whole panels of channels in and out.
    pub fn of(sliding: Sliding, channels: usize, outputs: usize) -> Option<Tile> {
        let panels = |n: usize| n > 0 && n.is_multiple_of(PANEL);
        let suits = sliding.kernel == (3, 3) && sliding.stride == (1, 1);
        match channels * outputs {
            _ if !suits || !panels(channels) || !panels(outputs) => None,
            few if few <= FOUR => Some(Tile::Four),
            _ => Some(Tile::Two),
        }
    }

    /// Rows and columns of the output in it.
    pub fn size(self) -> usize {
        match self {
            Tile::Two => 2,
            Tile::Four => 4,
        }
    }

    /// How many roundings the sum of an output's terms takes, with so many input channels: one or two for each pass of
    /// the input's transform, one for the transformed weight, one for each channel, two or three for each pass
    /// back.
    pub fn roundings(self, channels: usize) -> usize {
        match self {
            Tile::Two => channels + 7,
            Tile::Four => channels + 11,
        }
    }

    /// The smallest region of whole tiles that holds `region`: what is computed together.
    ///
    /// # Example
    /// ```
    /// use kernels::Region;
    /// use kernels::conv::Tile;
    ///
    /// assert_eq!(Tile::Four.covering(&Region::position(5, 3)), Region::between(4, 0, 8, 4));
    /// ```
    pub fn covering(self, region: &Region) -> Region {
        if region.is_empty() {
            return Region::EMPTY;
        }
        let size = self.size().cast_signed();
        let down = |at: isize| at.div_euclid(size) * size;
        let up = |at: isize| down(at + size - 1);
        Region::between(down(region.top), down(region.left), up(region.bottom()), up(region.right()))
    }

    /// Elements of a transformed tile.
    fn elements(self) -> usize {
        (self.size() + 2).pow(2)
    }
}

/// The weights of a 3 x 3 convolution of stride 1, transformed and packed: a matrix `[in] x [out]` for each element of
/// a transformed tile.
#[derive(Clone, Debug)]
pub struct WinogradWeights {
    sliding: Sliding,
    tile: Tile,
    elements: Vec<PackedMatrix>,
}

impl WinogradWeights {
    /// Transforms weights `[out, in, 3, 3]`, in double precision, rounded once. `None` if [`Tile::of`] has no tiles for
    /// them.
    ///
    /// # Panics
    /// If `weights` has not exactly `out * in * 9` values.
    pub fn new(weights: &[f32], outputs: usize, channels: usize, sliding: Sliding) -> Option<WinogradWeights> {
        let tile = Tile::of(sliding, channels, outputs)?;
        Some(WinogradWeights::with_tile(tile, weights, (outputs, channels), sliding))
    }

    /// The same for tiles of a size that was chosen otherwise.
    ///
    /// # Panics
    /// If [`Tile::of`] has no tiles for them, or `weights` has not exactly `out * in * 9` values.
    pub fn with_tile(
        tile: Tile,
        weights: &[f32],
        (outputs, channels): (usize, usize),
        sliding: Sliding,
    ) -> WinogradWeights {
        assert!(
            Tile::of(sliding, channels, outputs).is_some(),
            "{channels} channels, {outputs} outputs and {sliding:?} for Winograd's algorithm"
        );
        assert_eq!(weights.len(), outputs * channels * 9, "weights [{outputs}, {channels}, 3, 3]");
        let (kernels, _) = weights.as_chunks::<9>();
        let transform = |g| match tile {
            Tile::Two => lanes::weight(&two::g_rows(), g),
            Tile::Four => lanes::weight(&four::g_rows(), g),
        };
        let transformed: Vec<f32> = kernels.iter().flat_map(transform).collect();
        let elements = tile.elements();
        let element = |e: usize| {
            PackedMatrix::from_fn(channels, outputs, |c, out| transformed[(out * channels + c) * elements + e])
        };
        WinogradWeights { sliding, tile, elements: (0..elements).map(element).collect() }
    }

    /// How large its tiles are.
    pub fn tile(&self) -> Tile {
        self.tile
    }

    /// Input channels.
    pub fn channels(&self) -> usize {
        self.elements[0].k()
    }

    /// Output channels.
    pub fn outputs(&self) -> usize {
        self.elements[0].n()
    }

    /// Bytes of memory it holds.
    pub fn bytes(&self) -> usize {
        self.elements.iter().map(PackedMatrix::bytes).sum()
    }

    /// The length of the scratch slice that so many output channels need.
    pub fn scratch(&self, outputs: usize) -> usize {
        self.elements.len() * TILES * (self.channels() + outputs)
    }

    /// Computes a task as [`super::ConvWeights::convolve`] does, by Winograd's algorithm.
    ///
    /// `scratch` has [`WinogradWeights::scratch`] values.
    ///
    /// # Panics
    /// If channels disagree, a window lacks a needed position or the scratch is too short.
    pub fn convolve(&self, isa: Isa, task: &ConvTask<'_>, y: &mut WindowMut<'_>, scratch: &mut [f32]) {
        if let Some(sums) = task.sums_in_window(self.outputs(), y) {
            self.compute(isa, task, sums, scratch);
        }
    }

    /// The same for some of the output channels, whole panels of 16.
    ///
    /// # Panics
    /// As [`WinogradWeights::convolve`], or if the channels are not whole panels or the matrix has not their size.
    pub fn convolve_channels(&self, isa: Isa, task: &ConvTask<'_>, y: SomeChannels<'_>, scratch: &mut [f32]) {
        if let Some(sums) = task.sums_in_matrix(y) {
            self.compute(isa, task, sums, scratch);
        }
    }

    /// Block after block of tiles: transform the inputs, multiply, transform back.
    fn compute(&self, isa: Isa, task: &ConvTask<'_>, sums: Sums<'_>, scratch: &mut [f32]) {
        let (x, channels) = (task.x, sums.channels.clone());
        assert_eq!(x.channels(), self.channels(), "input channels of a convolution");
        assert!(
            channels.start.is_multiple_of(PANEL) && channels.len().is_multiple_of(PANEL),
            "whole panels of channels, not {channels:?}"
        );
        let (given, floats) = (scratch.len(), self.scratch(channels.len()));
        assert!(given >= floats, "{given} of {floats} floats of scratch");
        let (elements, size, tiles) = (self.elements.len(), self.tile.size(), self.tile.covering(&task.wanted));
        let needed = self.sliding.input_region(&tiles);
        assert!(x.region().contains(&needed), "an input window of {:?} lacks part of {needed:?}", x.region());
        let (down, across) = (tiles.height / size, tiles.width / size);
        let grid = Grid { corner: (needed.top, needed.left), size: (down, across), stride: (size, size) };
        let from = grid.rows(&x.region(), x.channels());
        let mut back = Back {
            tile: self.tile,
            tiles,
            wanted: task.wanted,
            affine: task.epilogue.affine.map(|a| a.panels(&channels)),
            residual: task.residual_rows(self.outputs()).map(|(data, rows)| (&data[channels.start..], rows)),
            relu: task.epilogue.relu,
            sums,
        };
        let count = down * across;
        let block = TILES.min(count.div_ceil(count.div_ceil(TILES)));
        for first in (0..count).step_by(block) {
            let count = block.min(count - first);
            let (v, rest) = scratch.split_at_mut(elements * count * self.channels());
            let m = &mut rest[..elements * count * channels.len()];
            let mut starts = [0; TILES];
            from.fill(first, &mut starts[..count]);
            let line = x.region().width * x.channels();
            let inputs = TileInputs { x: x.data(), starts: &starts[..count], line, channels: x.channels() };
            match self.tile {
                Tile::Two => two::inputs(isa, &inputs, v),
                Tile::Four => four::inputs(isa, &inputs, v),
            }
            self.multiply(isa, &channels, v, m);
            for at in 0..count {
                let values = &m[at * channels.len()..];
                let products = TileProducts { values, tiles: count, channels: channels.len() };
                back.tile(isa, &products, first + at);
            }
        }
    }

    /// The product over channels of each element: `v` is `[elements, tiles, in]`, `m` `[elements, tiles, out]`.
    fn multiply(&self, isa: Isa, channels: &Range<usize>, v: &[f32], m: &mut [f32]) {
        let k = self.channels();
        let tiles = v.len() / (self.elements.len() * k);
        let parts = v.chunks_exact(tiles * k).zip(m.chunks_exact_mut(tiles * channels.len()));
        for (right, (v, m)) in self.elements.iter().zip(parts) {
            let product = Product::new(tiles, LeftMatrix::row_major(v, k), right);
            let mut target = Target::new(m, Rows::plain(channels.len()));
            Product { columns: channels.clone(), ..product }.run(isa, &mut target);
        }
    }
}

/// The way back from products to finished values.
struct Back<'a> {
    tile: Tile,
    /// What all tiles cover.
    tiles: Region,
    wanted: Region,
    affine: Option<(&'a [Lanes], &'a [Lanes])>,
    residual: Option<(&'a [f32], Rows)>,
    relu: bool,
    sums: Sums<'a>,
}

impl Back<'_> {
    /// Transforms back and finishes one tile, counted row by row.
    fn tile(&mut self, isa: Isa, products: &TileProducts<'_>, number: usize) {
        let (size, wanted) = (self.tile.size(), &self.wanted);
        let across = self.tiles.width / size;
        let (down, right) = (number / across, number % across);
        let corner = Region {
            top: self.tiles.top.saturating_add_unsigned(down * size),
            left: self.tiles.left.saturating_add_unsigned(right * size),
            height: size,
            width: size,
        };
        let inside = corner.intersection(wanted);
        let row = inside.top.abs_diff(wanted.top) * wanted.width + inside.left.abs_diff(wanted.left);
        let places = |rows: &Rows| Places { first: rows.offset(row), line: rows.line_step, step: rows.step };
        let finish = Finish {
            skipped: (inside.top.abs_diff(corner.top), inside.left.abs_diff(corner.left)),
            size: (inside.height, inside.width),
            affine: self.affine,
            residual: self.residual.as_ref().map(|(data, rows)| (*data, places(rows))),
            relu: self.relu,
            to: places(&self.sums.rows),
        };
        match self.tile {
            Tile::Two => two::outputs(isa, products, &finish, self.sums.data),
            Tile::Four => four::outputs(isa, products, &finish, self.sums.data),
        }
    }
}
