//! The inverse real 2-D discrete Fourier transform of a window of an image, and its adjoint, as matrix products.
//!
//! A half spectrum `S[v, u]`, `v` in `0..H`, `u` in `0..=W/2`, stands for the image (numpy's `irfft2`, orthonormal)
//!
//! ```text
//! x[i, j] = (H W)^-1/2  sum_v sum_u  c_u Re( S[v, u] exp(2 pi I (v i / H + u j / W)) )
//! ```
//!
//! with `c_u = 1` for `u = 0` and (W even) `u = W / 2`, and 2 between: those columns also stand for their mirror images.
//! A window of the image needs only its own rows and columns of the transform, so it is two small products instead of a
//! full transform: first over u, `Q[v, j] = sum_u c_u S[v, u] exp(2 pi I u j / W)`, whose left-hand matrix is the
//! spectrum as it lies in memory, then over v, `x[i, j] = sum_v cos(2 pi v i / H) Re Q - sin(2 pi v i / H) Im Q`.
//!
//! The adjoint runs the transposed products the other way. It is the gradient: column weights and all.

use crate::Isa;
use crate::elementary::cos_sin_fraction;
use crate::matmul::{
    Epilogue, LeftMatrix, PANEL, PackedMatrix, Rows, Target, product, product_columns,
};
use crate::region::Region;

/// The transform between half spectra `[height][width / 2 + 1][2]` and one window of their images.
#[derive(Clone, Debug)]
pub struct WindowDft {
    height: usize,
    columns: usize,
    window: Region,
    /// `[(u, re | im)] x [(panel of j, re | im, 16)]`: from a row of the spectrum to a row of Q.
    over_u: PackedMatrix,
    /// `[i] x [(re | im, v)]`, row-major: from Q to the window.
    over_v: Vec<f32>,
    /// `over_u` transposed, its panels beginning at multiples of 16 of the image.
    back_over_u: PackedMatrix,
    /// `over_v` transposed, row-major `[(re | im, v)] x [i]`.
    back_over_v: Vec<f32>,
}

/// Buffers that [`WindowDft`] computes in.
#[derive(Clone, Debug)]
pub struct DftScratch {
    /// Q as a right-hand matrix: `[(re | im, v)] x [j]`.
    inner: PackedMatrix,
    /// The gradient of Q as a left-hand matrix: `[v] x [(panel of j, re | im, 16)]`.
    inner_gradient: Vec<f32>,
    /// The gradient of the window as a right-hand matrix: `[i] x [j]`.
    window_gradient: PackedMatrix,
}

impl WindowDft {
    /// For images of `height x width` and a `window` inside them.
    ///
    /// # Panics
    /// If the window is empty or reaches outside the image.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounding the basis to single precision is meant"
    )]
    pub fn new(height: usize, width: usize, window: Region) -> WindowDft {
        assert!(
            !window.is_empty() && Region::whole(height, width).contains(&window),
            "a window {window:?} of an image of {height} x {width}"
        );
        let columns = width / 2 + 1;
        let panels = window.width.div_ceil(PANEL);
        let (lead, back_panels) = back_panels(&window);
        let normalise = 1.0 / ((height * width) as f64).sqrt();
        let angle = |frequency: usize, at: isize, size: usize| {
            let turns = (frequency * at.unsigned_abs()) % size;
            cos_sin_fraction(turns.cast_signed() as i64, size as u64)
        };
        // Element of over_u: row (u, part of S), column (panel, part of Q, lane); the window begins `lead` lanes in.
        let element_over_u = |row: usize, column: usize, lead: usize| {
            let (u, of_s) = (row / 2, row % 2);
            let (panel, of_q, lane) = (column / (2 * PANEL), column / PANEL % 2, column % PANEL);
            let j = (panel * PANEL + lane).wrapping_sub(lead);
            if j >= window.width {
                return 0.0;
            }
            let weight = if u == 0 || 2 * u == width {
                normalise
            } else {
                2.0 * normalise
            };
            let (cos, sin) = angle(u, window.left + j.cast_signed(), width);
            let value = match (of_s, of_q) {
                (0, 0) | (1, 1) => cos,
                (0, _) => sin,
                _ => -sin,
            };
            (weight * value) as f32
        };
        let element_over_v = |i: usize, column: usize| {
            let (cos, sin) = angle(column % height, window.top + i.cast_signed(), height);
            (if column < height { cos } else { -sin }) as f32
        };
        let over_v: Vec<f32> = (0..window.height * 2 * height)
            .map(|at| element_over_v(at / (2 * height), at % (2 * height)))
            .collect();
        let back_over_v = (0..window.height * 2 * height)
            .map(|at| over_v[(at % window.height) * 2 * height + at / window.height])
            .collect();
        WindowDft {
            height,
            columns,
            window,
            over_u: PackedMatrix::from_fn(2 * columns, panels * 2 * PANEL, |row, column| {
                element_over_u(row, column, 0)
            }),
            over_v,
            back_over_u: PackedMatrix::from_fn(
                back_panels * 2 * PANEL,
                2 * columns,
                |row, column| element_over_u(column, row, lead),
            ),
            back_over_v,
        }
    }

    /// The window of the image.
    pub fn window(&self) -> Region {
        self.window
    }

    /// Values of a half spectrum: `height * (width / 2 + 1) * 2`.
    pub fn spectrum_length(&self) -> usize {
        self.height * self.columns * 2
    }

    /// Buffers for it.
    pub fn scratch(&self) -> DftScratch {
        let panels = self.window.width.div_ceil(PANEL);
        let (lead, back_panels) = back_panels(&self.window);
        DftScratch {
            inner: PackedMatrix::zeros(2 * self.height, panels * PANEL),
            inner_gradient: vec![0.0; self.height * back_panels * 2 * PANEL],
            window_gradient: PackedMatrix::zeros(self.window.height, lead + self.window.width),
        }
    }

    /// The window of the image that `spectrum` stands for: `[H][W / 2 + 1][2] -> [window height][window width]`.
    ///
    /// # Panics
    /// If a slice has not the length its shape says, or the scratch is another window's.
    pub fn inverse(&self, isa: Isa, spectrum: &[f32], scratch: &mut DftScratch, image: &mut [f32]) {
        assert_eq!(
            spectrum.len(),
            self.spectrum_length(),
            "values of a half spectrum"
        );
        assert_eq!(image.len(), self.window.positions(), "values of a window");
        // Panel 2p of the product holds the real parts of panel p of Q, panel 2p + 1 the imaginary parts: written
        // one after the other, they are the panel of the right-hand matrix with k = (re | im, v).
        let mut inner = Target {
            data: scratch.inner.values_mut(),
            rows: Rows::plain(PANEL),
            panel_step: self.height * PANEL,
        };
        let left = LeftMatrix::row_major(spectrum, 2 * self.columns);
        product(
            isa,
            self.height,
            &left,
            &self.over_u,
            &mut inner,
            &Epilogue::default(),
        );
        let left = LeftMatrix::row_major(&self.over_v, 2 * self.height);
        let width = self.window.width;
        // The inner matrix has whole panels; only the window's columns are kept.
        let mut target = Target::new(image, Rows::plain(width));
        let shape = [self.window.height, width];
        product_columns(
            isa,
            shape,
            &left,
            &scratch.inner,
            &mut target,
            &Epilogue::default(),
        );
    }

    /// The adjoint of [`WindowDft::inverse`]: `[window height][window width] -> [H][W / 2 + 1][2]`, overwriting `spectrum`.
    ///
    /// # Panics
    /// If a slice has not the length its shape says, or the scratch is another window's.
    pub fn adjoint(&self, isa: Isa, image: &[f32], scratch: &mut DftScratch, spectrum: &mut [f32]) {
        assert_eq!(
            spectrum.len(),
            self.spectrum_length(),
            "values of a half spectrum"
        );
        assert_eq!(image.len(), self.window.positions(), "values of a window");
        let width = self.window.width;
        let (lead, _) = back_panels(&self.window);
        scratch.window_gradient.repack(|i, j| {
            if j < lead {
                0.0
            } else {
                image[i * width + j - lead]
            }
        });
        let row = scratch.inner_gradient.len() / self.height;
        for part in 0..2 {
            let of_part = &self.back_over_v[part * self.height * self.window.height..]
                [..self.height * self.window.height];
            let rows = Rows {
                first: part * PANEL,
                ..Rows::plain(row)
            };
            let mut target = Target {
                data: &mut scratch.inner_gradient,
                rows,
                panel_step: 2 * PANEL,
            };
            let left = LeftMatrix::row_major(of_part, self.window.height);
            product(
                isa,
                self.height,
                &left,
                &scratch.window_gradient,
                &mut target,
                &Epilogue::default(),
            );
        }
        let left = LeftMatrix::row_major(&scratch.inner_gradient, row);
        let mut target = Target::new(spectrum, Rows::plain(2 * self.columns));
        product(
            isa,
            self.height,
            &left,
            &self.back_over_u,
            &mut target,
            &Epilogue::default(),
        );
    }
}

/// The panels of the adjoint's sum over j, and how many lanes of the first lie before the window.
///
/// That sum goes panel by panel. Panels that begin at multiples of 16 of the image, not of the window, put the same terms
/// in the same order whatever the window is.
fn back_panels(window: &Region) -> (usize, usize) {
    let lead = window.left.unsigned_abs() % PANEL;
    (lead, (lead + window.width).div_ceil(PANEL))
}
