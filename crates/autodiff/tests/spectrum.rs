//! The gradient of a spectrum's picture, which is not linear: the limit of central differences.

use autodiff::ops::{Input, SpectralImage};
use autodiff::{Graph, Isa, Shape, Wanted};
use proptest::prelude::*;
use testkit::{gamma, pseudo_random};

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_picture_of_a_spectrum_is_the_limit_of_differences((height, width) in (2_usize..8, 2_usize..8), seed: u64) {
        let shape = Shape::new(3 * height, width / 2 + 1, 2);
        let x = pseudo_random(seed, shape.len());
        let direction = pseudo_random(seed ^ 7, shape.len());
        let mut graph = Graph::new();
        let spectrum = graph.add(Input { shape }, &[]).unwrap();
        let node = graph.add(SpectralImage::new(height, width), &[spectrum]).unwrap();
        let dy = pseudo_random(seed ^ 1, 3 * height * width);
        let given = [(spectrum, &x[..])];
        let found = graph.evaluate(Wanted::whole(&graph, node), &given).gradients(Isa::best(), &dy).unwrap();
        let lowest = 1.0 / height.max(width) as f64;
        let scale = |v: usize, u: usize| {
            let fy = v.min(height - v) as f64 / height as f64;
            let fx = u as f64 / width as f64;
            1.0 / (fx * fx + fy * fy).sqrt().max(lowest) / 4.0
        };
        let columns = width / 2 + 1;
        let value = |step: f64| {
            let spectrum: Vec<f64> = x.iter().zip(&direction).enumerate().map(|(i, (&x, &d))| {
                let (v, u) = (i / (2 * columns) % height, i / 2 % columns);
                scale(v, u) * (f64::from(x) + step * f64::from(d))
            }).collect();
            let planes = reference::irfft2(&spectrum, (height, width), (0..height, 0..width));
            let image = reference::mix_colors(&planes, reference::color_correlation()).map(reference::sigmoid);
            image.data.iter().zip(&dy).map(|(y, &dy)| y * f64::from(dy)).sum::<f64>()
        };
        let step = 1e-4;
        let difference = (value(step) - value(-step)) / (2.0 * step);
        let along = dot(&found.by_inputs[0], &direction);
        // Either side is a sum over all pixels of slopes of at most 1/4 times at most the sum of all scales. The gradient has the roundings of
        // two transforms; a sigmoid's third derivative is at most 1/8, with the cube of what a plane may move.
        let total: f64 = (0..height).flat_map(|v| (0..columns).map(move |u| (v, u))).map(|(v, u)| 2.0 * scale(v, u)).sum();
        let reach = 3.0 * 2.0 * total / ((height * width) as f64).sqrt();
        let size = 0.25 * reach * (3 * height * width) as f64;
        let bound = gamma(30 + 4 * (height + width)) * size + step * step * reach.powi(3) * (height * width) as f64 + 1e-11 * size / step;
        prop_assert!((difference - along).abs() <= bound, "{} and {} within {}", difference, along, bound);
    }
}
