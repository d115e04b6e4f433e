//! Other people's kernels under the laws: a row of a table for each, and every failure.
//!
//! `cargo run --release --manifest-path crates/laws/peers/Cargo.toml [CASES] [NAME]`, of those whose operation or name
//! has NAME in it.

mod convolution;

use faer::{Accum, MatMut, MatRef, Par};
use fast_image_resize::images::Image;
use fast_image_resize::{PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{ImageBuffer, Luma, imageops};
use laws::operations::{Convolution, Cos, Elementary, Exp, Function, InverseDft, Log, Product, Resize, Sin};
use laws::{Claims, Kernel, Outcome, Plan, Subject, check};
use nalgebra::DMatrix;
use ndarray::ArrayView2;
use realfft::RealFftPlanner;
use rustfft::FftPlanner;
use rustfft::num_complex::Complex;
use std::fmt::Write;

fn main() {
    let cases = std::env::args().nth(1).and_then(|cases| cases.parse().ok()).unwrap_or(1000);
    let wanted = std::env::args().nth(2).unwrap_or_default();
    let mut failures = Vec::new();
    println!("| operation | implementation | laws: the largest fraction of a bound |\n| --- | --- | --- |");
    let of_name = |subject: &Box<dyn Subject>| format!("{} {}", subject.operation(), subject.name()).contains(&wanted);
    for subject in subjects().into_iter().filter(of_name) {
        let mut cells = String::new();
        for about in subject.laws() {
            let said = match check(&*subject, about.law, Plan { cases, seed: 0 }) {
                Outcome::Held { worst, .. } if worst > 0.0 => format!("{worst:.2}"),
                Outcome::Held { .. } => "exact".to_owned(),
                Outcome::NotClaimed => continue,
                Outcome::Broken(failure) => {
                    failures.push(failure);
                    "**broken**".to_owned()
                }
            };
            let comma = if cells.is_empty() { "" } else { ", " };
            let _ = write!(cells, "{comma}{} {said}", about.law);
        }
        println!("| {} | {} | {cells} |", subject.operation(), subject.name());
    }
    for failure in failures {
        println!("\n{failure}");
    }
}

fn subjects() -> Vec<Box<dyn Subject>> {
    let tiles = Claims { tiles: vec![4, 6, 8, 16], ..Claims::plain() };
    let product = |run: fn(&Product<f32>, &mut [f32])| Kernel::new(tiles.clone(), run);
    let double = |run: fn(&Product<f64>, &mut [f64])| Kernel::new(tiles.clone(), run);
    let enlarging = Claims { enlarges_only: true, not_finite: false, coordinates: f64::from(f32::EPSILON) / 2.0, ..Claims::plain() };
    let interpolating = enlarging.clone();
    vec![
        Box::new(product(sgemm).named("matrixmultiply 0.3, f32")),
        Box::new(double(dgemm).named("matrixmultiply 0.3, f64")),
        Box::new(product(gemm_f32).named("gemm 0.19, f32")),
        Box::new(product(faer_f32).named("faer 0.24, f32")),
        Box::new(product(nalgebra_f32).named("nalgebra 0.34, f32")),
        Box::new(product(ndarray_f32).named("ndarray 0.17, f32")),
        Box::new(rten().named("rten 0.27, f32, one channel a group").only(depthwise)),
        Box::new(rten().named("rten 0.27, f32, the others").only(|p| !depthwise(p))),
        Box::new(Kernel::new(Claims::plain(), inverse_dft).named("realfft 3 and rustfft 6, f32")),
        Box::new(Kernel::new(enlarging, enlarged).named("image 0.25, Triangle, f32")),
        Box::new(Kernel::new(interpolating, interpolated).named("fast_image_resize 6, bilinear, f32")),
        Box::new(function::<Exp>("libm 0.2, expf", libm::expf)),
        Box::new(function::<Log>("libm 0.2, logf", libm::logf)),
        Box::new(function::<Sin>("libm 0.2, sinf", libm::sinf)),
        Box::new(function::<Cos>("libm 0.2, cosf", libm::cosf)),
        Box::new(function::<Exp>("std, f32::exp", f32::exp)),
        Box::new(function::<Log>("std, f32::ln", f32::ln)),
        Box::new(function::<Sin>("std, f32::sin", f32::sin)),
        Box::new(function::<Cos>("std, f32::cos", f32::cos)),
    ]
}

/// With groups, and the same bits on two threads. Of one channel a group it has a kernel of its own.
fn rten() -> Kernel<Convolution<f32>, f32> {
    let claims = Claims { groups: true, same_bits: true, tiles: vec![4, 6, 8, 14, 16, 32], ..Claims::plain() };
    let kernel = Kernel::new(claims, convolution::rten_f32(1));
    kernel.variant("two threads", convolution::rten_f32(2))
}

fn depthwise(p: &Convolution<f32>) -> bool {
    p.shape.groups == p.shape.inputs && p.shape.groups == p.shape.outputs
}

fn function<F: Function>(name: &str, f: fn(f32) -> f32) -> Kernel<Elementary<F, f32>, f32> {
    let claims = Claims { monotone: true, ..Claims::plain() };
    Kernel::new(claims, move |p: &Elementary<F, f32>, y: &mut [f32]| {
        y.iter_mut().zip(p.x.iter()).for_each(|(y, &x)| *y = f(x));
    })
    .named(name)
}

fn strides(n: usize) -> isize {
    n.cast_signed()
}

fn sgemm(p: &Product<f32>, c: &mut [f32]) {
    // SAFETY: three row-major matrices of these sizes.
    unsafe {
        matrixmultiply::sgemm(
            p.m, p.k, p.n, 1.0, p.a.as_ptr(), strides(p.k), 1, p.b.as_ptr(), strides(p.n), 1, 0.0, c.as_mut_ptr(),
            strides(p.n), 1,
        );
    }
}

fn dgemm(p: &Product<f64>, c: &mut [f64]) {
    // SAFETY: three row-major matrices of these sizes.
    unsafe {
        matrixmultiply::dgemm(
            p.m, p.k, p.n, 1.0, p.a.as_ptr(), strides(p.k), 1, p.b.as_ptr(), strides(p.n), 1, 0.0, c.as_mut_ptr(),
            strides(p.n), 1,
        );
    }
}

fn gemm_f32(p: &Product<f32>, c: &mut [f32]) {
    // SAFETY: three row-major matrices of these sizes.
    unsafe {
        gemm::gemm(
            p.m, p.n, p.k, c.as_mut_ptr(), 1, strides(p.n), false, p.a.as_ptr(), 1, strides(p.k), p.b.as_ptr(), 1,
            strides(p.n), 0.0, 1.0, false, false, false, gemm::Parallelism::None,
        );
    }
}

fn faer_f32(p: &Product<f32>, c: &mut [f32]) {
    let a = MatRef::from_row_major_slice(&p.a, p.m, p.k);
    let b = MatRef::from_row_major_slice(&p.b, p.k, p.n);
    let c = MatMut::from_row_major_slice_mut(c, p.m, p.n);
    faer::linalg::matmul::matmul(c, Accum::Replace, a, b, 1.0, Par::Seq);
}

fn nalgebra_f32(p: &Product<f32>, c: &mut [f32]) {
    let product = DMatrix::from_row_slice(p.m, p.k, &p.a) * DMatrix::from_row_slice(p.k, p.n, &p.b);
    for (at, c) in c.iter_mut().enumerate() {
        *c = product[(at / p.n, at % p.n)];
    }
}

fn ndarray_f32(p: &Product<f32>, c: &mut [f32]) {
    let a = ArrayView2::from_shape((p.m, p.k), &p.a).unwrap();
    let b = ArrayView2::from_shape((p.k, p.n), &p.b).unwrap();
    c.iter_mut().zip(a.dot(&b).iter()).for_each(|(c, &value)| *c = value);
}

/// Columns by rustfft, then rows by realfft, which is told that the parts that a real image cannot have are zero.
fn inverse_dft(p: &InverseDft<f32>, y: &mut [f32]) {
    let [height, width] = p.size;
    let columns = p.columns();
    let mut values: Vec<Complex<f32>> = p.spectrum.chunks(2).map(|s| Complex::new(s[0], s[1])).collect();
    let along = RealFftPlanner::<f32>::new().plan_fft_inverse(width);
    let down = FftPlanner::new().plan_fft_inverse(height);
    let mut column = vec![Complex::default(); height];
    for u in 0..columns {
        (0..height).for_each(|v| column[v] = values[v * columns + u]);
        down.process(&mut column);
        (0..height).for_each(|v| values[v * columns + u] = column[v]);
    }
    let scale = 1.0 / ((height * width) as f32).sqrt();
    for (line, y) in values.chunks_mut(columns).zip(y.chunks_mut(width)) {
        line[0].im = 0.0;
        if width.is_multiple_of(2) {
            line[columns - 1].im = 0.0;
        }
        along.process(line, y).unwrap();
        y.iter_mut().for_each(|y| *y *= scale);
    }
}

/// One channel after the other, as pictures of one.
fn enlarged(p: &Resize<f32>, y: &mut [f32]) {
    let side = |n: usize| u32::try_from(n).unwrap();
    for c in 0..p.channels {
        let values: Vec<f32> = p.x[c..].iter().step_by(p.channels).copied().collect();
        let picture = ImageBuffer::<Luma<f32>, _>::from_raw(side(p.from[1]), side(p.from[0]), values).unwrap();
        let larger = imageops::resize(&picture, side(p.to[1]), side(p.to[0]), imageops::FilterType::Triangle);
        larger.pixels().zip(y[c..].iter_mut().step_by(p.channels)).for_each(|(from, to)| *to = from.0[0]);
    }
}

/// The same by interpolation, which is told to read two pixels each way.
fn interpolated(p: &Resize<f32>, y: &mut [f32]) {
    let side = |n: usize| u32::try_from(n).unwrap();
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Interpolation(fast_image_resize::FilterType::Bilinear));
    for c in 0..p.channels {
        let bytes = p.x[c..].iter().step_by(p.channels).flat_map(|v| v.to_ne_bytes()).collect();
        let picture = Image::from_vec_u8(side(p.from[1]), side(p.from[0]), bytes, PixelType::F32).unwrap();
        let mut larger = Image::new(side(p.to[1]), side(p.to[0]), PixelType::F32);
        Resizer::new().resize(&picture, &mut larger, &options).unwrap();
        let values = larger.buffer().chunks_exact(4).map(|b| f32::from_ne_bytes([b[0], b[1], b[2], b[3]]));
        values.zip(y[c..].iter_mut().step_by(p.channels)).for_each(|(from, to)| *to = from);
    }
}
