//! Every kernel of ours as a subject of the laws: what it claims, and how a law's problem is put to it.
//!
//! All of them claim that bits depend on nothing but the operands: neither on the instruction set nor on what is computed beside a
//! value. Products and convolutions claim their order of summation too.
//!
//! Invariant: no law is said here, and no number computed.
#![forbid(unsafe_code)]

mod convolutions;
mod pictures;
mod products;
mod vectors;

use kernels::Isa;
use kernels::matmul::PANEL;
use laws::{Claims, Kernel, Problem, Products, Subject, Sums};

/// Every operation on an instruction set, with the others beside it as variants.
pub fn all(isa: Isa) -> Vec<Box<dyn Subject>> {
    let groups = [products::all(isa), convolutions::all(isa), pictures::all(isa), vectors::all(isa)];
    groups.into_iter().flatten().collect()
}

/// The names of the operations, in the order of [`all`].
pub fn names() -> Vec<String> {
    all(Isa::best()).iter().map(|subject| subject.operation()).collect()
}

/// What every kernel of ours claims. Vectors are 16 lanes wide, tiles 14 rows high on AVX-512 and 6 on AVX2; products of more
/// than 2048 terms are cut.
fn claims() -> Claims {
    let tiles = vec![6, 14, PANEL, 2 * PANEL, 4 * PANEL];
    Claims { same_bits: true, tiles, pieces: vec![2048], ..Claims::plain() }
}

/// The summation contract: one chain of fused multiply-adds.
fn chain() -> Claims {
    Claims { sums: Sums::Ascending, products: Products::Fused, ..claims() }
}

/// A kernel on an instruction set, with all others as variants.
fn on<P: Problem<T>, T: laws::Float>(
    isa: Isa,
    claims: Claims,
    run: impl Fn(Isa, &P, &mut [T]) + Copy + 'static,
) -> Kernel<P, T> {
    let kernel = Kernel::new(claims, move |p: &P, y: &mut [T]| run(isa, p, y)).named(format!("ours on {isa}"));
    let others = Isa::supported().into_iter().filter(|other| *other != isa);
    others.fold(kernel, |kernel, other| kernel.variant(other.name(), move |p: &P, y: &mut [T]| run(other, p, y)))
}
