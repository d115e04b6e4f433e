//! Classic mistakes in a stranger's kernel: each is found within a second, and shrunk to a case that a person can check.
//!
//! Beside each stands the same kernel without the mistake, which keeps every law.

mod stranger;

use laws::operations::{Convolution, Elementary, Exp, MaxPool, Product, Relu, Softmax};
use laws::{Adjoint, Claims, Failure, Kernel, Plan, Problem, Subject, again, test_with};
use std::cell::Cell;
use std::time::{Duration, Instant};
use stranger::{Convolve, Gradient, convolve, gradient, max_pool, product, product_by_eight};

/// How often a search is timed: others may use the processor meanwhile.
const TRIES: usize = 5;

/// The failure of a kernel with a mistake, found within a second, and there again by the name of its case.
fn found(subject: &dyn Subject) -> Box<Failure> {
    let timed = || {
        let started = Instant::now();
        let failure = test_with(subject, Plan::default()).unwrap_err();
        (started.elapsed(), failure)
    };
    let mut tries = (0..TRIES).map(|_| timed());
    let in_time = tries.find(|(took, _)| *took < Duration::from_secs(1));
    let (_, failure) = in_time.expect("a search of less than a second");
    let same = again(subject, failure.law, &failure.case.to_string()).unwrap_err();
    assert_eq!(same.finding, failure.finding);
    failure
}

/// The law and the numbers of the smallest case, but for those that say nothing.
fn case(subject: &dyn Subject) -> (&'static str, String) {
    let failure = found(subject);
    let shown = failure.case.to_string();
    let told =
        shown.split(' ').filter(|part| !part.ends_with("=0") && !part.ends_with("=1") && !part.ends_with("=ones"));
    (failure.law, told.collect::<Vec<_>>().join(" "))
}

fn keeps<P: Problem<T>, T: laws::Float>(claims: Claims, run: impl Fn(&P, &mut [T]) + 'static) {
    test_with(&Kernel::new(claims, run), Plan { cases: 60, seed: 0 }).unwrap();
}

#[test]
fn a_transposed_operand() {
    let wrong = |p: &Product<f32>, c: &mut [f32]| {
        for (at, c) in c.iter_mut().enumerate() {
            // The right matrix read as if it were stored by columns.
            *c = (0..p.k).map(|l| p.a[at / p.n * p.k + l] * p.b[at % p.n * p.k + l]).sum();
        }
    };
    // One by two times two by two is the smallest product that tells.
    assert_eq!(case(&Kernel::new(Claims::plain(), wrong)), ("twin", "k=2 n=2 values=counting".to_owned()));
    keeps(Claims::plain(), |p: &Product<f32>, c: &mut [f32]| product(p, c));
}

#[test]
fn a_stale_accumulator() {
    let wrong = |p: &Product<f64>, c: &mut [f64]| {
        for i in 0..p.m {
            let mut sum = 0.0;
            for j in 0..p.n {
                for l in 0..p.k {
                    sum += p.a[i * p.k + l] * p.b[l * p.n + j];
                }
                c[i * p.n + j] = sum;
            }
        }
    };
    assert_eq!(case(&Kernel::new(Claims::plain(), wrong)), ("twin", "n=2".to_owned()));
    // The other kind: what the output held before is added to.
    let held = |p: &Product<f64>, c: &mut [f64]| {
        let before = c.to_vec();
        product(p, c);
        c.iter_mut().zip(before).filter(|(_, before)| !before.is_nan()).for_each(|(c, before)| *c += before);
    };
    assert_eq!(case(&Kernel::new(Claims::plain(), held)).0, "written");
    keeps(Claims::plain(), |p: &Product<f64>, c: &mut [f64]| product(p, c));
}

#[test]
fn what_a_kernel_does_not_take_is_not_tried() {
    // Of square matrices alone, and of no empty ones.
    let square = |p: &Product<f32>, c: &mut [f32]| {
        assert!(p.m == p.k && p.k == p.n && p.n > 0, "a square matrix");
        product(p, c);
    };
    let kernel = || Kernel::new(Claims { same_bits: true, ..Claims::plain() }, square);
    assert!(found(&kernel()).finding.found.contains("a square matrix"));
    test_with(&kernel().only(|p| p.m == p.k && p.k == p.n && p.n > 0), Plan { cases: 8, seed: 0 }).unwrap();
}

#[test]
fn a_missed_remainder() {
    // Eight columns at a time, and the rest forgotten.
    let wrong = |p: &Product<f32>, c: &mut [f32]| product_by_eight(p, c, false);
    let vectors = Claims { tiles: vec![8], ..Claims::plain() };
    assert_eq!(case(&Kernel::new(vectors.clone(), wrong)), ("twin", String::new()));
    keeps(vectors, |p: &Product<f32>, c: &mut [f32]| product_by_eight(p, c, true));
}

#[test]
fn a_wrong_padding_side() {
    // All of the padding before the map, none behind it.
    let wrong = |p: &Convolution<f32>, y: &mut [f32]| convolve(p, y, Convolve { before: 2, ..Convolve::default() });
    let (law, told) = case(&Kernel::new(Claims::plain(), wrong));
    assert_eq!(law, "twin");
    assert!(told.is_empty() || told.len() < 40, "{told}");
    keeps(Claims::plain(), |p: &Convolution<f32>, y: &mut [f32]| convolve(p, y, Convolve::default()));
}

#[test]
fn a_read_past_the_end() {
    let wrong = |p: &Relu<f32>, y: &mut [f32]| {
        for i in 0..y.len() {
            // Each value is compared with its neighbour, which the last one has not.
            y[i] = if p.x[i] > 0.0 && p.x[i + 1].is_finite() { p.x[i] } else { p.x[i].max(0.0) };
        }
    };
    let failure = found(&Kernel::new(Claims { not_finite: false, ..Claims::plain() }, wrong));
    assert!(failure.finding.found.contains("it panics: index out of bounds"), "{failure}");
    assert!(failure.case.to_string().starts_with("n=1 "), "{failure}");
    keeps(Claims::plain(), |p: &Relu<f32>, y: &mut [f32]| {
        y.iter_mut().zip(p.x.iter()).for_each(|(y, &x)| *y = if x <= 0.0 { 0.0 } else { x });
    });
}

#[test]
fn a_nan_swallowed_by_max() {
    let wrong = |p: &MaxPool<f32>, y: &mut [f32]| max_pool(p, y, f32::max);
    let (law, told) = case(&Kernel::new(Claims::plain(), wrong));
    assert_eq!(law, "not-finite");
    assert!(
        told.split(' ').all(|part| part.starts_with("seed=")
            || part.starts_with("values=")
            || part.ends_with("=2")
            || part.ends_with("=3")),
        "{told}"
    );
    keeps(Claims::plain(), |p: &MaxPool<f32>, y: &mut [f32]| {
        max_pool(p, y, |a, b| if b > a || b.is_nan() || a.is_nan() { if a.is_nan() { a } else { b } } else { a });
    });
}

#[test]
fn subnormals_flushed_to_zero() {
    let flushed = |v: f32| if v.abs() < f32::MIN_POSITIVE { 0.0 } else { v };
    let wrong = move |p: &Elementary<Exp, f32>, y: &mut [f32]| {
        y.iter_mut().zip(p.x.iter()).for_each(|(y, x)| *y = flushed(x.exp()));
    };
    let failure = found(&Kernel::new(Claims::plain(), wrong));
    // A single argument, whose exponential is below the normal numbers.
    assert!(!failure.case.to_string().contains("only=0"), "{failure}");
    keeps(Claims::plain(), |p: &Elementary<Exp, f32>, y: &mut [f32]| {
        y.iter_mut().zip(p.x.iter()).for_each(|(y, x)| *y = x.exp());
    });
    // Operands flushed, as by a processor that is told to.
    let operands = move |p: &Product<f32>, c: &mut [f32]| {
        let flushed = Product { a: p.a.iter().map(|&v| flushed(v)).collect(), ..p.clone() };
        product(&flushed, c);
    };
    let failure = found(&Kernel::new(Claims::plain(), operands));
    assert_eq!(failure.law, "twin", "{failure}");
    keeps(Claims { subnormals: false, ..Claims::plain() }, operands);
}

#[test]
fn a_stride_ignored_in_a_gradient() {
    type Of = Adjoint<Convolution<f64>, f64>;
    let wrong = |p: &Of, dx: &mut [f64]| gradient(&p.of, &p.gradient, dx, Gradient { strides: false });
    let (law, told) = case(&Kernel::new(Claims::plain(), wrong));
    assert_eq!(law, "twin");
    assert!(told.contains("stride-"), "{told}");
    keeps(Claims::plain(), |p: &Of, dx: &mut [f64]| gradient(&p.of, &p.gradient, dx, Gradient { strides: true }));
}

#[test]
fn a_batch_that_leaks_into_a_batch() {
    // The first image's corner is read for every image.
    let wrong = |p: &Convolution<f32>, y: &mut [f32]| convolve(p, y, Convolve { leaks: true, ..Convolve::default() });
    let (law, told) = case(&Kernel::new(Claims::plain(), wrong));
    assert_eq!(law, "twin");
    assert!(told.contains("images=2"), "{told}");
}

#[test]
fn an_order_of_sums_that_depends_on_threads() {
    // Each thread adds up a part of the terms.
    let in_parts = |p: &Product<f32>, c: &mut [f32], parts: usize| {
        let length = p.k.div_ceil(parts).max(1);
        for (at, c) in c.iter_mut().enumerate() {
            let part = |from: usize| {
                let terms = (from..(from + length).min(p.k)).map(|l| p.a[at / p.n * p.k + l] * p.b[l * p.n + at % p.n]);
                terms.fold(0.0, |sum, term| sum + term)
            };
            *c = (0..p.k).step_by(length).map(part).fold(0.0, |sum, part| sum + part);
        }
    };
    let on = |claims: Claims| {
        let kernel = Kernel::new(claims, move |p: &Product<f32>, c: &mut [f32]| in_parts(p, c, 1));
        kernel.variant("two threads", move |p: &Product<f32>, c: &mut [f32]| in_parts(p, c, 2))
    };
    let failure = found(&on(Claims { same_bits: true, ..Claims::plain() }));
    assert_eq!(failure.law, "variants");
    assert!(failure.finding.found.ends_with("by two threads"), "{failure}");
    // Four terms are the fewest whose halves, added up, are another order.
    assert!(failure.case.to_string().starts_with("m=1 k=4 n=1 "), "{failure}");
    // Who does not claim it is not held to it: the bound leaves room for any order.
    test_with(&on(Claims::plain()), Plan { cases: 60, seed: 0 }).unwrap();
}

#[test]
fn a_maximum_not_subtracted() {
    let wrong = |p: &Softmax<f64>, y: &mut [f64]| {
        let sum: f64 = p.x.iter().map(|x| x.exp()).sum();
        y.iter_mut().zip(p.x.iter()).for_each(|(y, x)| *y = x.exp() / sum);
    };
    // A single large logit overflows.
    let (law, told) = case(&Kernel::new(Claims::plain(), wrong));
    assert_eq!(law, "twin");
    assert!(told.starts_with("values="), "{told}");
}

#[test]
fn a_value_that_depends_on_the_call_before() {
    let calls = Cell::new(0_u32);
    let wrong = move |p: &Product<f32>, c: &mut [f32]| {
        product(p, c);
        calls.set(calls.get() + 1);
        if calls.get().is_multiple_of(2) {
            c.iter_mut().for_each(|c| *c *= 1.0 + f32::EPSILON);
        }
    };
    let claims = Claims { same_bits: true, ..Claims::plain() };
    assert!(test_with(&Kernel::new(claims, wrong), Plan::default()).is_err());
}
