//! The image of a half spectrum: three scaled inverse Fourier transforms, mixed into colors (METHOD.md, section 2).
//!
//! Backward: the colors' gradient, the transforms' adjoints, the same scale.

use super::{Backward, Binding, Bound, Differentiable, Forward, Kernel, Operation, one_input, shape_error};
use crate::shape::{GraphError, Shape};
use kernels::Region;
use kernels::color::{squash_colors, squash_colors_gradient};
use kernels::dft::WindowDft;
use kernels::elementary::single;
use kernels::elementwise;
use std::any::Any;

/// What the inverse transform is divided by.
const DIVISOR: f64 = 4.0;

/// Spectrum `[3 height, width / 2 + 1, (re, im)]` to image `[height, width, 3]`, each value in (0, 1).
///
/// The spectrum of each plane is multiplied by `1 / max(f, 1 / max(height, width)) / 4` with `f = sqrt(fx^2 + fy^2)`,
/// transformed back with orthonormal scaling, and the three planes become colors by
/// [`kernels::color::squash_colors`].
///
/// # Example
/// Without a spectrum, everything is grey:
///
/// ```
/// use autodiff::ops::{Input, SpectralImage};
/// use autodiff::{Graph, Isa, Shape, Wanted};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut graph = Graph::new();
/// let spectrum = graph.add(Input { shape: Shape::new(3 * 4, 3, 2) }, &[])?;
/// let image = graph.add(SpectralImage::new(4, 4), &[spectrum])?;
/// let given = [(spectrum, &[0.0; 72][..])];
/// assert_eq!(graph.evaluate(Wanted::whole(&graph, image), &given).value(Isa::best())?, [0.5; 48]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SpectralImage {
    height: usize,
    width: usize,
}

impl SpectralImage {
    /// For images of `height` by `width` pixels.
    pub fn new(height: usize, width: usize) -> SpectralImage {
        SpectralImage { height, width }
    }

    fn spectrum(&self) -> Shape {
        Shape::new(3 * self.height, self.width / 2 + 1, 2)
    }

    /// The scaling of frequencies: what each number of one plane's spectrum is multiplied by, `[height, width / 2 + 1,
    /// 2]`, rounded once.
    pub fn scale(&self) -> Vec<f32> {
        let lowest = 1.0 / self.height.max(self.width) as f64;
        let mut scale = Vec::with_capacity(self.height * (self.width / 2 + 1) * 2);
        for v in 0..self.height {
            // numpy's fftfreq: the upper half of the rows are negative frequencies.
            let rows = v.min(self.height - v);
            let fy = rows as f64 / self.height as f64;
            for u in 0..=self.width / 2 {
                let fx = u as f64 / self.width as f64;
                let f = (fx * fx + fy * fy).sqrt().max(lowest);
                scale.extend([single(1.0 / f / DIVISOR); 2]);
            }
        }
        scale
    }
}

impl Operation for SpectralImage {
    fn name(&self) -> &'static str {
        "spectral image"
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, GraphError> {
        if one_input("spectral image", inputs)? != self.spectrum() {
            return shape_error("spectral image", format!("a spectrum of {}", self.spectrum()), inputs);
        }
        Ok(Shape::new(self.height, self.width, 3))
    }

    fn input_region(&self, _: usize, _: Region, inputs: &[Shape], _: Shape) -> Region {
        inputs[0].region()
    }

    fn bind(&self, binding: &Binding) -> Bound {
        let dft = WindowDft::new(self.height, self.width, binding.region);
        BoundSpectralImage { scale: self.scale(), dft, gradient: binding.gradient }.into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Debug)]
struct BoundSpectralImage {
    scale: Vec<f32>,
    dft: WindowDft,
    gradient: Region,
}

/// The scratch of a step, cut up.
struct Parts<'a> {
    /// One plane's scaled spectrum.
    spectrum: &'a mut [f32],
    /// The three planes of the window.
    planes: &'a mut [f32],
    /// What a transform computes in.
    dft: &'a mut [f32],
}

impl BoundSpectralImage {
    fn cut<'a>(&self, scratch: &'a mut [f32]) -> Parts<'a> {
        let (spectrum, rest) = scratch.split_at_mut(self.scale.len());
        let (planes, dft) = rest.split_at_mut(3 * self.dft.window().positions());
        Parts { spectrum, planes, dft }
    }
}

impl Kernel for BoundSpectralImage {
    fn scratch_floats(&self) -> usize {
        self.scale.len() + 3 * self.dft.window().positions() + self.dft.scratch()
    }

    fn forward(&self, mut step: Forward<'_>) {
        let input = step.input();
        let Parts { spectrum: scaled, planes, dft } = self.cut(step.scratch);
        let plane = self.dft.window().positions();
        for (spectrum, image) in input.data().chunks_exact(self.scale.len()).zip(planes.chunks_exact_mut(plane)) {
            elementwise::multiply(step.isa, spectrum, &self.scale, scaled);
            self.dft.inverse(step.isa, scaled, dft, image);
        }
        let window = self.dft.window();
        assert_eq!(step.output.region(), window, "an image is computed where it is wanted, never beyond its edges");
        squash_colors(step.isa, planes, step.output.data_mut());
    }
}

impl Differentiable for BoundSpectralImage {
    fn backward(&self, mut step: Backward<'_>) {
        let [Some(spectrum_gradient), _] = &mut step.input_gradients else {
            return;
        };
        assert_eq!(self.gradient, self.dft.window(), "every pixel of the image leads to the objective");
        let Parts { spectrum: unscaled, planes, dft } = self.cut(step.scratch);
        let plane = self.dft.window().positions();
        squash_colors_gradient(step.isa, step.output.data(), step.gradient.as_window().data(), planes);
        let targets = spectrum_gradient.data_mut().chunks_exact_mut(self.scale.len());
        for (image, target) in planes.chunks_exact(plane).zip(targets) {
            self.dft.adjoint(step.isa, image, dft, unscaled);
            elementwise::multiply_add(step.isa, unscaled, &self.scale, target);
        }
    }
}
