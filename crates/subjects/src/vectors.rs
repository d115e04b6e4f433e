//! Steps value by value: batch norm, ReLU, softmax, Adam, elementary functions.

use crate::{claims, on};
use kernels::adam::{self, Direction, Moments};
use kernels::batch_norm::BatchNormStatistics;
use kernels::elementary::{cos_sin_fraction, exp, ln, sigmoid};
use kernels::elementwise::{self, ChannelAffine};
use kernels::softmax::softmax;
use kernels::{Isa, Region, Window, WindowMut};
use laws::operations::{ADAM_EPSILON, BATCH_NORM_EPSILON, BETAS, LEARNING_RATE};
use laws::operations::{Adam, BatchNorm, Elementary, Exp, Log, Relu, ReluGradient, Sigmoid, Softmax, Turns};
use laws::{Adjoint, Claims, Kernel, Subject};

/// The error of the exponential in units in the last place: the largest of all arguments is 1.0104, at -5.8778844.
const EXP: f64 = 1.011;

pub(crate) fn all(isa: Isa) -> Vec<Box<dyn Subject>> {
    let rising = |ulps: f64| Claims { ulps, monotone: true, ..claims() };
    // These are written once, for all instruction sets.
    let exp = Kernel::new(rising(EXP), |p: &Elementary<Exp, f32>, y: &mut [f32]| each(&p.x, y, exp)).named("ours");
    let log = Kernel::new(rising(2.0), |p: &Elementary<Log, f64>, y: &mut [f64]| each(&p.x, y, ln)).named("ours");
    // Between neighbours it may fall by a unit, as at -1.4397266.
    let falling = Claims { ulps: 3.0, ..claims() };
    let sigmoid = Kernel::new(falling, |p: &Elementary<Sigmoid, f32>, y: &mut [f32]| each(&p.x, y, sigmoid));
    let turns = Kernel::new(Claims { ulps: 2.0, ..claims() }, |p: &Turns<f64>, y: &mut [f64]| {
        for (y, &n) in y.as_chunks_mut::<2>().0.iter_mut().zip(&p.numerators) {
            *y = cos_sin_fraction(n, p.denominator).into();
        }
    });
    let norm = on(isa, claims(), batch_norm);
    let norm_gradient = on(isa, claims(), |isa, p: &Adjoint<BatchNorm<f32>, f32>, dx: &mut [f32]| {
        batch_norm_gradient(isa, &p.of, &p.gradient, dx);
    });
    vec![
        Box::new(norm.adjoint(move |p: &BatchNorm<f32>, dy, dx| batch_norm_gradient(isa, p, dy, dx))),
        Box::new(norm_gradient),
        Box::new(on(isa, claims(), relu)),
        Box::new(on(isa, claims(), relu_gradient)),
        Box::new(on(isa, rising(EXP), |isa, p: &Softmax<f32>, y| softmax(isa, &p.x, y))),
        Box::new(on(isa, claims(), adam_step)),
        Box::new(exp),
        Box::new(log),
        Box::new(sigmoid.named("ours")),
        Box::new(turns.named("ours")),
    ]
}

fn each<T: Copy>(x: &[T], y: &mut [T], function: impl Fn(T) -> T) {
    y.iter_mut().zip(x).for_each(|(y, &x)| *y = function(x));
}

fn scale_and_shift(p: &BatchNorm<f32>) -> (Vec<f32>, Vec<f32>) {
    let [gamma, beta, mean, variance] = [&p.gamma[..], &p.beta, &p.mean, &p.variance];
    BatchNormStatistics { gamma, beta, mean, variance, epsilon: BATCH_NORM_EPSILON }.scale_and_shift()
}

fn batch_norm_gradient(isa: Isa, p: &BatchNorm<f32>, dy: &[f32], dx: &mut [f32]) {
    let (scale, _) = scale_and_shift(p);
    let map = Region::whole(1, dx.len() / scale.len());
    dx.copy_from_slice(dy);
    elementwise::scale_channels(isa, map, &scale, &mut WindowMut::new(dx, map, scale.len()));
}

fn batch_norm(isa: Isa, p: &BatchNorm<f32>, y: &mut [f32]) {
    let (scale, shift) = scale_and_shift(p);
    let channels = scale.len();
    let map = Region::whole(1, y.len() / channels);
    let affine = ChannelAffine { scale: &scale, shift: &shift };
    let x = Window::new(&p.x, map, channels).part(map);
    elementwise::scale_and_shift(isa, affine, x, &mut WindowMut::new(y, map, channels));
}

fn relu(isa: Isa, p: &Relu<f32>, y: &mut [f32]) {
    let map = Region::whole(1, y.len());
    elementwise::relu(isa, map, Window::new(&p.x, map, 1), &mut WindowMut::new(y, map, 1));
}

fn relu_gradient(isa: Isa, p: &ReluGradient<f32>, dx: &mut [f32]) {
    let map = Region::whole(1, dx.len());
    let mut output = vec![0.0; dx.len()];
    elementwise::relu(isa, map, Window::new(&p.x, map, 1), &mut WindowMut::new(&mut output, map, 1));
    dx.copy_from_slice(&p.dy);
    elementwise::mask_by_relu(isa, map, Window::new(&output, map, 1), &mut WindowMut::new(dx, map, 1));
}

fn adam_step(isa: Isa, p: &Adam<f32>, y: &mut [f32]) {
    let mut adam = adam::Adam::new(Direction::Descent, LEARNING_RATE, BETAS, ADAM_EPSILON);
    for _ in 0..p.steps {
        adam.step(isa, &mut [], &[], Moments { first: &mut [], second: &mut [] });
    }
    let n = p.parameters.len();
    let (parameters, moments) = y.split_at_mut(n);
    let (first, second) = moments.split_at_mut(n);
    parameters.copy_from_slice(&p.parameters);
    first.copy_from_slice(&p.first);
    second.copy_from_slice(&p.second);
    adam.step(isa, parameters, &p.gradient, Moments { first, second });
}
