//! Normalisation, resizing, rotation, padding, jitter and cropping, each with its adjoint.

use crate::comparison::{Comparison, Step};
use crate::error::AuditError;
use crate::steps::operations::{Chain, Exact, Subject, Twin, Words, one};
use autodiff::Isa;
use autodiff::ops::{Alignment, Draw, Jitter, Normalise, ReflectPad, Resize, Rotate, Translate};
use bounds::{gamma, underflow_slack};
use reference::{Map, Padding};

/// The image that is augmented: odd sizes, three channels.
const SHAPE: (usize, usize, usize) = (45, 38, 3);
const EXACT: &str = "0: values are moved, not computed";
const MOVED: Words = Words { forward: EXACT, backward: EXACT };

fn exact(map: Map) -> Exact {
    let bound = Map::zeros(map.shape());
    (map, bound)
}

/// A linear twin with non-negative coefficients: gamma of its roundings times the same of the magnitudes, and a slack.
pub(crate) fn bounded(twin: impl Fn(&Map) -> Map, x: &Map, roundings: usize, slack: f64) -> Exact {
    let sums = twin(&x.map(f64::abs));
    let bound = sums.map(|s| gamma(roundings) * s + slack + underflow_slack(roundings));
    (twin(x), bound)
}

/// All comparisons of augmentations, of an image `[45, 38, 3]`.
///
/// # Errors
/// If an operation refuses the image.
pub(crate) fn comparisons(isa: Isa) -> Result<Vec<Comparison>, AuditError> {
    let mut comparisons = Vec::new();
    for (to, alignment, name) in [
        ((43, 37), Alignment::Corners, "scale .95, aligned corners"),
        ((44, 38), Alignment::Corners, "scale .975, aligned corners"),
        ((47, 39), Alignment::Corners, "scale 1.025, aligned corners"),
        ((48, 40), Alignment::Corners, "scale 1.05, aligned corners"),
        ((90, 76), Alignment::HalfPixel, "enlarge by 2, half-pixel centers"),
        ((22, 19), Alignment::HalfPixel, "shrink to half, no antialias"),
    ] {
        comparisons.extend(resize(isa, to, alignment, name)?);
    }
    for degrees in [-5, 1, 4] {
        comparisons.extend(rotation(isa, degrees)?);
    }
    comparisons.extend(moves(isa)?);
    Ok(comparisons)
}

/// A chain of an image `[45, 38, 3]`, and its twin.
fn subject<'a>(step: Step, what: impl Into<String>, chain: Chain<'a>, twin: Twin<'a>) -> Subject<'a> {
    let (height, width, channels) = SHAPE;
    let input = bounds::pseudo_random(7, height * width * channels);
    Subject { step, what: what.into(), chain, shape: SHAPE, input, linear: true, twin }
}

/// The comparisons of what the network's input is made by.
///
/// # Errors
/// If the operation refuses the image.
pub(crate) fn normalisation(isa: Isa) -> Result<Vec<Comparison>, AuditError> {
    let mean = [0.485_f32, 0.456, 0.406].map(f64::from);
    let deviation = [0.229_f32, 0.224, 0.225].map(f64::from);
    let forward = |x: &Map| {
        let y = reference::normalise(x, &mean, &deviation);
        let bound = Map::from_fn(x.shape(), |i, j, c| gamma(2) * (x.at(i, j, c).abs() + mean[c]) / deviation[c]);
        (y, bound)
    };
    let backward = |_: &Map, dy: &Map| {
        let dx = reference::normalise_gradient(dy, &deviation);
        let bound = dx.map(|v| gamma(1) * v.abs());
        (dx, bound)
    };
    let operation = one(Normalise::imagenet(), Draw::None);
    let words = Words { forward: "gamma(2) (|x| + mean) / deviation", backward: "gamma(1) |dy| / deviation" };
    let twin = Twin { forward: &forward, backward: &backward, words };
    subject(Step::Normalise, "ImageNet's mean and deviation", operation, twin).compare(isa)
}

fn resize(isa: Isa, to: (usize, usize), alignment: Alignment, name: &str) -> Result<Vec<Comparison>, AuditError> {
    let from = (SHAPE.0, SHAPE.1);
    let twin = match alignment {
        Alignment::Corners => reference::Alignment::Corners,
        Alignment::HalfPixel => reference::Alignment::HalfPixel,
    };
    // The twin's own coordinates: a weight is off by less than 4 (n + m) 2^-53 along each axis.
    let slack = (from.0 + from.1 + to.0 + to.1) as f64 * 2_f64.powi(-46);
    let forward = |x: &Map| bounded(|x| reference::resize_bilinear(x, to, twin), x, 6, slack);
    let terms = 2 + 2 * (to.0 + to.1);
    let backward = |_: &Map, dy: &Map| {
        let adjoint = |dy: &Map| reference::resize_bilinear_adjoint(dy, from, twin);
        bounded(adjoint, dy, terms, slack * (to.0 * to.1) as f64)
    };
    let operation = one(Resize::new(to, alignment), Draw::None);
    let words = Words { forward: "gamma(6) sum |w x|", backward: "gamma(2 + 2 (H + W)) sum |w dy|" };
    subject(Step::Resize, name, operation, Twin { forward: &forward, backward: &backward, words }).compare(isa)
}

fn rotation(isa: Isa, degrees: i32) -> Result<Vec<Comparison>, AuditError> {
    let slack = (SHAPE.0 + SHAPE.1) as f64 * 2_f64.powi(-45);
    let angle = f64::from(degrees);
    let forward = |x: &Map| bounded(|x| reference::rotate(x, angle), x, 5, slack);
    let backward = |_: &Map, dy: &Map| bounded(|dy| reference::rotate_adjoint(dy, angle), dy, 10, 9.0 * slack);
    let operation = one(Rotate::within(5), Draw::Degrees(degrees));
    let words = Words { forward: "gamma(5) sum |w x|", backward: "gamma(10) sum |w dy|" };
    let twin = Twin { forward: &forward, backward: &backward, words };
    subject(Step::Rotate, format!("by {degrees} degrees"), operation, twin).compare(isa)
}

fn moves(isa: Isa) -> Result<Vec<Comparison>, AuditError> {
    let (height, width, _) = SHAPE;
    let mut comparisons = Vec::new();
    let margin = 16;
    let padding = Padding::all(margin);
    // A pixel is shown at most three times along each axis.
    let reflect_back = |_: &Map, dy: &Map| bounded(|dy| reference::pad_reflect_adjoint(dy, padding), dy, 8, 0.0);
    comparisons.extend(
        subject(
            Step::ReflectPad,
            format!("by {margin}"),
            one(ReflectPad::new(margin), Draw::None),
            Twin {
                forward: &|x| exact(reference::pad_reflect(x, padding)),
                backward: &reflect_back,
                words: Words { forward: EXACT, backward: "gamma(8) sum |dy|" },
            },
        )
        .compare(isa)?,
    );
    let shift = (7, 3);
    comparisons.extend(
        subject(
            Step::Jitter,
            format!("{} down, {} right", shift.0, shift.1),
            one(Jitter::below(16), Draw::Shift(7, 3)),
            Twin {
                forward: &|x| exact(reference::shift(x, shift)),
                backward: &|_, dy| exact(reference::shift_adjoint(dy, shift)),
                words: MOVED,
            },
        )
        .compare(isa)?,
    );
    let margins = (2, 3);
    let zeros = Padding { top: 2, bottom: 2, left: 3, right: 3 };
    comparisons.extend(
        subject(
            Step::ZeroPad,
            "by 2 and 3",
            one(Translate::zero_pad((height, width), margins), Draw::None),
            Twin {
                forward: &|x| exact(reference::pad_zeros(x, zeros)),
                backward: &|_, dy| exact(reference::pad_zeros_adjoint(dy, zeros)),
                words: MOVED,
            },
        )
        .compare(isa)?,
    );
    // (45 - 20) / 2 = 12.5 is rounded to the even 12, (38 - 20) / 2 = 9.
    let (size, origin) = ((20, 20), (12, 9));
    comparisons.extend(
        subject(
            Step::Crop,
            "the central 20 by 20",
            one(Translate::center_crop((height, width), size), Draw::None),
            Twin {
                forward: &|x| exact(reference::crop(x, origin, size)),
                backward: &|_, dy| exact(reference::crop_adjoint(dy, origin, (height, width))),
                words: MOVED,
            },
        )
        .compare(isa)?,
    );
    Ok(comparisons)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_augmentation_and_its_adjoint_pass() {
        let comparisons = [normalisation(Isa::best()), comparisons(Isa::best())].map(Result::unwrap).concat();
        let failed: Vec<_> = comparisons.iter().filter(|line| !line.passed).collect();
        // Of the normalisation, six sizes, three angles, and four moves.
        assert!(failed.is_empty() && comparisons.len() == 3 * 14, "{failed:?}");
    }

    #[test]
    fn a_bound_is_of_magnitudes_and_small() {
        // A twin that cancels: its bound is gamma(2) of 1 + 1, not of 1 - 1.
        let difference = |x: &Map| Map::new((1, 1, 1), vec![x.data[0] + x.data[1]]);
        let x = Map::new((1, 2, 1), vec![1.0, -1.0]);
        let (value, bound) = bounded(difference, &x, 2, 0.0);
        assert_eq!(value.data, [0.0]);
        assert!(bound.data[0] >= 2.0 * gamma(2) && bound.data[0] < 2.001 * gamma(2));
    }
}
