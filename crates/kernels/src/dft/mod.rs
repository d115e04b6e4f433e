//! The inverse real 2-D discrete Fourier transform of a window of an image, and its adjoint.
//!
//! A half spectrum `S[v, u]`, `v` in `0..H`, `u` in `0..=W/2`, stands for the image (numpy's `irfft2`, orthonormal)
//!
//! ```text
//! x[i, j] = (H W)^-1/2  sum_v sum_u  c_u Re( S[v, u] exp(2 pi I (v i / H + u j / W)) )
//! ```
//!
//! with `c_u = 1` for `u = 0` and (W even) `u = W / 2`, and 2 between: those columns also stand for their mirror
//! images. First come the sums over u (`columns`), for the columns of the window alone, then those over v (`rows`), for
//! its rows. Each is a product of two short transforms (`split`): 224 values take sums of 16 and 14, and the short
//! transforms are matrix products. The lengths alone decide how, so every window has the bits of the whole image.
//!
//! The adjoint runs the transposed sums the other way. It is the gradient: column weights and all.

mod columns;
mod rows;
mod split;

use crate::Isa;
use crate::matmul::PANEL;
use crate::region::Region;
use columns::{ColumnScratch, ColumnTransform, RowsMut, RowsOf};
use rows::{RowScratch, RowTransform};

/// Floats of a cache line.
const ALIGNED: usize = 16;

/// The transform between half spectra `[height][width / 2 + 1][2]` and one window of their images.
#[derive(Clone, Debug)]
pub struct WindowDft {
    spectrum_length: usize,
    window: Region,
    columns: ColumnTransform,
    rows: RowTransform,
}

/// A scratch slice, cut up.
struct Scratch<'a> {
    columns: ColumnScratch<'a>,
    rows: RowScratch<'a>,
    /// The gradient of the window with the lanes that its panels have beyond it, packed: `[(z, y)] x [j]`.
    grouped: &'a mut [f32],
    /// The window with these lanes: `[i] x [j]`.
    lines: &'a mut [f32],
}

impl WindowDft {
    /// For images of `height x width` and a `window` inside them.
    ///
    /// # Panics
    /// If the window is empty or reaches outside the image.
    pub fn new(height: usize, width: usize, window: Region) -> WindowDft {
        assert!(
            !window.is_empty() && Region::whole(height, width).contains(&window),
            "a window {window:?} of an image of {height} x {width}"
        );
        let (top, left) = (window.top.unsigned_abs(), window.left.unsigned_abs());
        let normalise = 1.0 / ((height * width) as f64).sqrt();
        WindowDft {
            spectrum_length: height * (width / 2 + 1) * 2,
            window,
            columns: ColumnTransform::new(width, left..left + window.width, normalise),
            rows: RowTransform::new(height, top..top + window.height),
        }
    }

    /// The window of the image.
    pub fn window(&self) -> Region {
        self.window
    }

    /// Values of a half spectrum: `height * (width / 2 + 1) * 2`.
    pub fn spectrum_length(&self) -> usize {
        self.spectrum_length
    }

    /// The length of the scratch slice that [`WindowDft::inverse`] and [`WindowDft::adjoint`] need.
    pub fn scratch(&self) -> usize {
        self.parts().iter().sum::<usize>() + ALIGNED - 1
    }

    /// The lengths of the parts of the scratch.
    fn parts(&self) -> [usize; 6] {
        let panels = self.columns.panels();
        let [spectrum, sums] = self.columns.scratch(self.rows.height());
        let (rows, window) = (self.rows.scratch(panels), self.window.height * panels * PANEL);
        [spectrum, sums, rows, rows, window, window]
    }

    /// Cuts up a scratch slice: every part begins on a cache line.
    fn cut<'a>(&self, scratch: &'a mut [f32]) -> Scratch<'a> {
        let (given, floats) = (scratch.len(), self.scratch());
        assert!(given >= floats, "{given} of {floats} floats of scratch");
        let start = scratch.as_ptr().align_offset(ALIGNED * size_of::<f32>()).min(ALIGNED - 1);
        let mut rest = &mut scratch[start..];
        let [spectrum, sums, q, r, grouped, lines] = self.parts().map(|length| {
            let (part, behind) = std::mem::take(&mut rest).split_at_mut(length);
            rest = behind;
            part
        });
        Scratch { columns: ColumnScratch { spectrum, sums }, rows: RowScratch { q, r }, grouped, lines }
    }

    /// The window of the image that `spectrum` stands for: `[H][W / 2 + 1][2] -> [window height][window width]`.
    ///
    /// # Panics
    /// If a slice has not the length its shape says, or the scratch is shorter than [`WindowDft::scratch`].
    ///
    /// # Example
    /// ```
    /// use kernels::dft::WindowDft;
    /// use kernels::{Isa, Region};
    ///
    /// let dft = WindowDft::new(2, 2, Region::whole(2, 2));
    /// let mut image = [0.0; 4];
    /// let mut scratch = vec![0.0; dft.scratch()];
    /// // The mean alone: a frequency of zero both ways.
    /// dft.inverse(Isa::best(), &[2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], &mut scratch, &mut image);
    /// assert_eq!(image, [1.0; 4]);
    /// ```
    pub fn inverse(&self, isa: Isa, spectrum: &[f32], scratch: &mut [f32], image: &mut [f32]) {
        self.check(spectrum, image);
        let mut scratch = self.cut(scratch);
        let q = RowsMut { values: scratch.rows.q, places: self.rows.places() };
        self.columns.forward(isa, spectrum, &mut scratch.columns, q);
        self.rows.forward(isa, &mut scratch.rows, scratch.lines);
        let left = self.window.left.unsigned_abs();
        let line = self.columns.panels() * PANEL;
        for run in self.columns.runs(left..left + self.window.width) {
            let lines = scratch.lines.chunks_exact(line);
            for (to, from) in image.chunks_exact_mut(self.window.width).zip(lines) {
                to[run.column - left..][..run.length]
                    .copy_from_slice(&from[run.panel * PANEL + run.lane..][..run.length]);
            }
        }
    }

    /// The adjoint of [`WindowDft::inverse`]: `[window height][window width] -> [H][W / 2 + 1][2]`, overwriting
    /// `spectrum`.
    ///
    /// # Panics
    /// If a slice has not the length its shape says, or the scratch is shorter than [`WindowDft::scratch`].
    pub fn adjoint(&self, isa: Isa, image: &[f32], scratch: &mut [f32], spectrum: &mut [f32]) {
        self.check(spectrum, image);
        let mut scratch = self.cut(scratch);
        let (top, left) = (self.window.top.unsigned_abs(), self.window.left.unsigned_abs());
        let height = self.window.height;
        let (lanes, _) = scratch.grouped.as_chunks_mut::<PANEL>();
        // Lanes beyond the window have no gradient.
        lanes.fill([0.0; PANEL]);
        for (to, row) in self.rows.grouped_rows().enumerate() {
            let from = &image[(row - top) * self.window.width..][..self.window.width];
            for run in self.columns.runs(left..left + self.window.width) {
                lanes[run.panel * height + to][run.lane..][..run.length]
                    .copy_from_slice(&from[run.column - left..][..run.length]);
            }
        }
        self.rows.adjoint(isa, scratch.grouped, &mut scratch.rows);
        let q = RowsOf { values: scratch.rows.q, places: self.rows.places() };
        self.columns.adjoint(isa, q, &mut scratch.columns, spectrum);
    }

    fn check(&self, spectrum: &[f32], image: &[f32]) {
        assert_eq!(spectrum.len(), self.spectrum_length, "values of a half spectrum");
        assert_eq!(image.len(), self.window.positions(), "values of a window");
    }
}
