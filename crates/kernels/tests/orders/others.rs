//! Layers, means, colors, reflections, softmax and Adam.

use kernels::adam::{Adam, Direction, Moments};
use kernels::batch_norm::BatchNormStatistics;
use kernels::color::{color_matrix, squash_colors, squash_colors_gradient};
use kernels::elementary::{exp, sigmoid};
use kernels::elementwise;
use kernels::linear::LinearWeights;
use kernels::matmul::{PackedMatrix, PackedView};
use kernels::pool::{global_average_pool, global_average_pool_gradient};
use kernels::resample::Reflection;
use kernels::softmax::softmax;
use kernels::{Isa, Region, Window, WindowMut};
use testkit::{assert_same_bits, pseudo_random};

#[test]
fn the_gradient_of_a_layer_is_a_chain_over_its_outputs() {
    for (inputs, outputs) in [(1, 1), (37, 18), (130, 16)] {
        let weights = pseudo_random(1, inputs * outputs);
        let [bias, dy] = [(2, outputs), (4, outputs)].map(|(seed, n)| pseudo_random(seed, n));
        let chain = |i: usize| (0..outputs).fold(0.0_f32, |sum, o| dy[o].mul_add(weights[o * inputs + i], sum));
        let expected: Vec<f32> = (0..inputs).map(chain).collect();
        for isa in Isa::supported() {
            let mut found = vec![f32::NAN; inputs];
            LinearWeights::new(&weights, &bias, inputs).input_gradient(isa, &dy, &mut found);
            assert_same_bits(&found, &expected, isa.name());
        }
    }
}

#[test]
fn a_mean_is_one_chain_over_the_positions_row_by_row_divided_once_and_its_gradient_is_divided_once() {
    // The map lies within a window whose values around it take no part.
    let (map, held, channels) = (Region::between(0, 0, 3, 7), Region::between(-1, -1, 5, 9), 19);
    let x = pseudo_random(1, held.positions() * channels);
    let window = Window::new(&x, held, channels);
    let mut expected = vec![0.0_f32; channels];
    for y in 0..3 {
        for column in 0..7 {
            for (sum, value) in expected.iter_mut().zip(window.pixel(y, column)) {
                *sum += value;
            }
        }
    }
    expected.iter_mut().for_each(|sum| *sum /= 21.0);
    let dy = pseudo_random(2, channels);
    for isa in Isa::supported() {
        let mut y = vec![f32::NAN; channels];
        global_average_pool(isa, map, window, &mut y);
        assert_same_bits(&y, &expected, isa.name());
        let mut dx = x.clone();
        global_average_pool_gradient(isa, map, &dy, &mut WindowMut::new(&mut dx, held, channels));
        for (position, (after, before)) in dx.chunks_exact(channels).zip(x.chunks_exact(channels)).enumerate() {
            let (y, column) = (position / held.width, position % held.width);
            let inside = (1..4).contains(&y) && (1..8).contains(&column);
            let added = |(c, before): (usize, &f32)| {
                if inside { before + dy[c] / 21.0 } else { *before }
            };
            let expected: Vec<f32> = before.iter().enumerate().map(added).collect();
            assert_same_bits(after, &expected, &format!("({y}, {column}) on {}", isa.name()));
        }
    }
}

#[test]
fn colors_are_fused_sums_over_the_planes_in_order_and_so_are_their_gradients() {
    let (n, m) = (83, color_matrix());
    let planes = pseudo_random(1, 3 * n);
    let dpixels = pseudo_random(2, 3 * n);
    let fused = |[a, b, c]: [f32; 3], [x, y, z]: [f32; 3]| c.mul_add(z, b.mul_add(y, a * x));
    let mut pixels = Vec::new();
    for i in 0..n {
        let p = [0, 1, 2].map(|c| planes[c * n + i]);
        pixels.extend(m.map(|row| sigmoid(fused(row, p))));
    }
    let mut gradient = vec![0.0; 3 * n];
    for i in 0..n {
        let dz = [0, 1, 2].map(|r| {
            let (s, dy) = (pixels[3 * i + r], dpixels[3 * i + r]);
            dy * (1.0 - s) * s
        });
        for c in 0..3 {
            gradient[c * n + i] = fused([0, 1, 2].map(|r| m[r][c]), dz);
        }
    }
    for isa in Isa::supported() {
        let [mut found, mut back] = [0, 1].map(|_| vec![f32::NAN; 3 * n]);
        squash_colors(isa, &planes, &mut found);
        squash_colors_gradient(isa, &pixels, &dpixels, &mut back);
        assert_same_bits(&found, &pixels, isa.name());
        assert_same_bits(&back, &gradient, isa.name());
    }
}

#[test]
fn reflected_gradients_are_added_row_by_row_the_reflected_columns_before_the_others() {
    let (size, margin, channels) = ((4_usize, 5_usize), 3_usize, 2);
    let padded = Region::whole(size.0 + 2 * margin, size.1 + 2 * margin);
    let dy = pseudo_random(1, padded.positions() * channels);
    let before = pseudo_random(2, size.0 * size.1 * channels);
    let source = |at: usize, size: usize| {
        let at = at.abs_diff(margin);
        at.min((2 * (size - 1)).abs_diff(at))
    };
    let mut expected = before.clone();
    for row in 0..padded.height {
        let own = margin..margin + size.1;
        let reflected = (0..padded.width).filter(|column| !own.contains(column));
        for column in reflected.chain(own.clone()) {
            let to = (source(row, size.0) * size.1 + source(column, size.1)) * channels;
            for c in 0..channels {
                expected[to + c] += dy[(row * padded.width + column) * channels + c];
            }
        }
    }
    for isa in Isa::supported() {
        let mut dx = before.clone();
        let mut window = WindowMut::new(&mut dx, Region::whole(size.0, size.1), channels);
        Reflection { size, margin }.adjoint(isa, padded, Window::new(&dy, padded, channels), &mut window);
        assert_same_bits(&dx, &expected, isa.name());
    }
}

#[test]
fn softmax_divides_by_one_chain_of_exponentials_of_what_is_below_the_maximum() {
    for n in [1, 2, 5, 1000] {
        let x: Vec<f32> = pseudo_random(n as u64, n).iter().map(|v| 20.0 * v).collect();
        let largest = x.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let each: Vec<f32> = x.iter().map(|x| exp(x - largest)).collect();
        let sum = each.iter().fold(0.0_f32, |sum, e| sum + e);
        let expected: Vec<f32> = each.iter().map(|e| e / sum).collect();
        for isa in Isa::supported() {
            let mut y = vec![f32::NAN; n];
            softmax(isa, &x, &mut y);
            assert_same_bits(&y, &expected, isa.name());
        }
    }
}

#[test]
#[expect(clippy::cast_possible_truncation, reason = "factors are rounded once, as documented")]
fn a_step_of_adam_is_its_documented_arithmetic_in_either_direction() {
    let n = 53;
    for (direction, sign) in [(Direction::Ascent, 1.0), (Direction::Descent, -1.0)] {
        let mut adam = Adam::new(direction, 0.05, (0.9, 0.999), 1e-8);
        let [mut m, mut v] = [0, 1].map(|_| vec![0.0_f32; n]);
        let mut p = pseudo_random(1, n);
        let (mut expected, mut mean, mut square) = (p.clone(), m.clone(), v.clone());
        // Powers by repeated multiplication.
        let (mut first, mut second) = (1.0_f64, 1.0_f64);
        for step in 1..8 {
            let g = pseudo_random(100 + step, n);
            (first, second) = (first * 0.9, second * 0.999);
            let size = (sign * (0.05 / (1.0 - first))) as f32;
            let root = (1.0 - second).sqrt() as f32;
            for i in 0..n {
                mean[i] = ((1.0 - 0.9_f64) as f32).mul_add(g[i] - mean[i], mean[i]);
                square[i] = ((1.0 - 0.999_f64) as f32 * g[i]).mul_add(g[i], 0.999_f32 * square[i]);
                expected[i] += size * mean[i] / (square[i].sqrt() / root + 1e-8_f32);
            }
            let isas = Isa::supported();
            let isa = isas[step as usize % isas.len()];
            adam.step(isa, &mut p, &g, Moments { first: &mut m, second: &mut v });
            assert_same_bits(&p, &expected, isa.name());
            assert_same_bits(&m, &mean, "first moments");
            assert_same_bits(&v, &square, "second moments");
        }
    }
}

#[test]
#[expect(clippy::cast_possible_truncation, reason = "each is rounded once, as documented")]
fn a_batch_norms_scale_and_shift_are_computed_in_double_precision_and_rounded_once_each() {
    let [gamma, beta, mean, variance] = [1, 2, 3, 4].map(|seed| pseudo_random(seed, 400));
    // Half of the variances are so small that epsilon decides, to its last bits.
    let small = |(c, v): (usize, &f32)| if c % 2 == 0 { v.abs() * 1e-9 } else { v.abs() };
    let variance: Vec<f32> = variance.iter().enumerate().map(small).collect();
    let (scale, shift) =
        BatchNormStatistics { gamma: &gamma, beta: &beta, mean: &mean, variance: &variance, epsilon: 1e-5 }
            .scale_and_shift();
    for c in 0..400 {
        let [gamma, beta, mean, variance] = [gamma[c], beta[c], mean[c], variance[c]].map(f64::from);
        let exact = gamma / (variance + 1e-5).sqrt();
        assert_eq!(scale[c], exact as f32, "{c}");
        assert_eq!(shift[c], (beta - mean * exact) as f32, "{c}");
    }
    let below = BatchNormStatistics {
        gamma: &[1.0, 1.0],
        beta: &[0.0; 2],
        mean: &[0.0; 2],
        variance: &[-0.5, 0.5],
        epsilon: 0.25,
    };
    let (scale, shift) = below.scale_and_shift();
    assert!(scale[0].is_nan() && shift[0].is_nan() && scale[1].is_finite());
}

#[test]
fn products_and_fused_sums_of_slices_are_rounded_once_each() {
    for n in [0, 1, 17, 200] {
        let [a, b, y] = [1, 2, 3].map(|seed| pseudo_random(seed, n));
        let products: Vec<f32> = a.iter().zip(&b).map(|(a, b)| a * b).collect();
        let fused: Vec<f32> = a.iter().zip(&b).zip(&y).map(|((a, b), y)| a.mul_add(*b, *y)).collect();
        let sums: Vec<f32> = a.iter().zip(&y).map(|(a, y)| y + a).collect();
        for isa in Isa::supported() {
            let mut found = vec![f32::NAN; n];
            elementwise::multiply(isa, &a, &b, &mut found);
            assert_eq!(found, products, "{}", isa.name());
            let mut found = y.clone();
            elementwise::multiply_add(isa, &a, &b, &mut found);
            assert_eq!(found, fused, "{}", isa.name());
            let mut found = y.clone();
            elementwise::accumulate_slice(isa, &a, &mut found);
            assert_eq!(found, sums, "{}", isa.name());
        }
    }
}

#[test]
fn a_region_is_copied_and_nothing_around_it() {
    let (from, to, part) = (Region::between(-1, -2, 4, 5), Region::between(0, -1, 6, 4), Region::between(1, 0, 3, 4));
    let a = pseudo_random(1, from.positions() * 3);
    let mut y = vec![7.0; to.positions() * 3];
    elementwise::copy(part, Window::new(&a, from, 3), &mut WindowMut::new(&mut y, to, 3));
    for row in to.top..to.bottom() {
        for column in to.left..to.right() {
            let inside = part.contains(&Region::position(row, column));
            let expected = if inside { Window::new(&a, from, 3).pixel(row, column) } else { &[7.0; 3] };
            assert_eq!(Window::new(&y, to, 3).pixel(row, column), expected, "({row}, {column})");
        }
    }
}

#[test]
fn a_packed_matrix_is_panels_of_16_columns_row_after_row_filled_up_with_zeros_on_a_cache_line() {
    for (k, n) in [(3, 16), (2, 17), (5, 1), (1, 40), (0, 3), (4, 0)] {
        let element = |row: usize, column: usize| (100 * row + column + 1) as f32;
        let packed = PackedMatrix::from_fn(k, n, element);
        assert_eq!((packed.k(), packed.n(), packed.panels()), (k, n, n.div_ceil(16)));
        assert_eq!(packed.values().len(), n.div_ceil(16) * k * 16);
        for (at, &value) in packed.values().iter().enumerate() {
            let (panel, row, lane) = (at / (16 * k), at / 16 % k, at % 16);
            let column = 16 * panel + lane;
            assert_eq!(value, if column < n { element(row, column) } else { 0.0 }, "{at} of {k} x {n}");
        }
        assert_eq!(packed.bytes(), packed.values().len() * 4);
        assert!(packed.values().is_empty() || packed.values().as_ptr().addr().is_multiple_of(64));
        let rows: Vec<f32> = (0..k * n).map(|i| element(i / n, i % n)).collect();
        assert_eq!(PackedMatrix::from_row_major(k, n, &rows).values(), packed.values());
        // In somebody else's memory.
        let view = PackedView::new(k, n, packed.values());
        assert_eq!((view.k(), view.n(), view.values()), (k, n, packed.view().values()));
    }
}
