//! What is composed of several operations, against its twin composed of theirs: the chains of augmentations, and the
//! scale operators.

use crate::comparison::{Comparison, Step};
use crate::error::AuditError;
use crate::steps::augmentations::bounded;
use crate::steps::operations::{Built, Chain, Exact, Subject, Twin, Words};
use autodiff::{Isa, Workspace};
use featviz::{Augmentation, StepDraws};
use reference::{Alignment, Map, Padding};
use resnet::View;

/// Rows and columns of the picture that is augmented and looked at; a multiple of four, as the scale operators need it.
const SIZE: usize = 44;
const SHAPE: (usize, usize, usize) = (SIZE, SIZE, 3);

/// One operation's twin and its adjoint, with the roundings that ours makes on the way of one value, there and back.
struct Link {
    forward: Box<dyn Fn(&Map) -> Map>,
    adjoint: Box<dyn Fn(&Map) -> Map>,
    roundings: (usize, usize),
    /// How far the twin's own coordinates may move a weight.
    slack: f64,
}

/// All comparisons of chains of operations.
///
/// # Errors
/// If a chain refuses its picture.
pub(crate) fn comparisons(isa: Isa) -> Result<Vec<Comparison>, AuditError> {
    let mut comparisons = Vec::new();
    for (jitter, scale, degrees, first, second) in [
        (0, 975, -4, (0, 0), (0, 0)),
        (0, 1050, 0, (0, 0), (0, 0)),
        (4, 1025, 3, (3, 1), (0, 1)),
        (16, 950, -2, (11, 5), (1, 7)),
        (16, 1000, 5, (15, 0), (7, 4)),
    ] {
        let drawn = StepDraws { scale: 0, degrees, first, second };
        comparisons.extend(augmented(jitter, scale, drawn, isa)?);
    }
    for view in [View::Enlarged, View::Shrunk, View::Cropped(30), View::Padded(30)] {
        comparisons.extend(viewed(view, isa)?);
    }
    Ok(comparisons)
}

/// METHOD.md, section 2: reflect-pad j, jitter j, scale, rotate, jitter j / 2, crop; for j = 0 scale and rotate.
fn augmented(jitter: usize, scale: u32, drawn: StepDraws, isa: Isa) -> Result<Vec<Comparison>, AuditError> {
    let augmentation = Augmentation { jitter, scale, degrees: 5, centered: false };
    let chain: Chain<'static> = Box::new(move |graph, image| {
        let added = augmentation.add_to(graph, image)?;
        Ok(Built {
            node: added.image,
            draw: Box::new(move |workspace: &mut Workspace| added.set_draws(workspace, &drawn)),
        })
    });
    let mut links = Vec::new();
    let mut size = SIZE;
    if jitter > 0 {
        links.extend([reflected(jitter), shifted(drawn.first)]);
        size += 2 * jitter;
    }
    let scaled = (size * scale as usize).div_ceil(1000);
    if scaled != size {
        links.push(resized(size, scaled, Alignment::Corners));
    }
    let margin = size.saturating_sub(scaled).div_ceil(2);
    links.push(padded(margin));
    links.push(rotated(drawn.degrees, scaled + 2 * margin));
    if jitter > 0 {
        links.extend([shifted(drawn.second), cropped(scaled + 2 * margin, SIZE)]);
    }
    let what = format!("jitter {jitter}, scale {scale}/1000, {} degrees", drawn.degrees);
    Composition { step: Step::Augmentation, what, chain, links }.compare(isa)
}

/// METHOD.md, section 3: the central part resized to the whole, or the whole resized to a part and padded by reflection.
fn viewed(view: View, isa: Isa) -> Result<Vec<Comparison>, AuditError> {
    let chain: Chain<'static> = Box::new(move |graph, image| {
        let node = view.add_to(graph, image)?;
        Ok(Built::fixed(node))
    });
    let enlarged = |part| vec![cropped(SIZE, part), resized(part, SIZE, Alignment::HalfPixel)];
    let shrunk = |part| {
        let resized = resized(SIZE, part, Alignment::HalfPixel);
        vec![resized, reflected((SIZE - part) / 2)]
    };
    let (what, links) = match view {
        View::Plain => return Ok(Vec::new()),
        View::Enlarged => ("enlarge by 2".to_owned(), enlarged(SIZE / 2)),
        View::Shrunk => ("shrink to half".to_owned(), shrunk(SIZE / 2)),
        View::Cropped(part) => (format!("enlarge {part} to {SIZE}"), enlarged(part)),
        View::Padded(part) => (format!("shrink {SIZE} to {part}"), shrunk(part)),
    };
    Composition { step: Step::ScaleOperator, what, chain, links }.compare(isa)
}

/// A chain, and the links that its twin is composed of.
struct Composition {
    step: Step,
    what: String,
    chain: Chain<'static>,
    links: Vec<Link>,
}

const WORDS: Words =
    Words { forward: "gamma of all roundings, sum |w x|", backward: "gamma of all roundings, sum |w dy|" };

impl Composition {
    fn compare(&self, isa: Isa) -> Result<Vec<Comparison>, AuditError> {
        // No link has a negative weight, so roundings add up along a chain (Higham, lemma 3.3), and a slack, whose weights
        // add up to at most some dozens behind it, is carried on with them.
        let roundings = |of: fn(&Link) -> usize| self.links.iter().map(of).sum::<usize>();
        let slack: f64 = self.links.iter().map(|link| 64.0 * link.slack).sum();
        let forward = |x: &Map| -> Exact {
            let twin = |x: &Map| self.links.iter().fold(x.clone(), |x, link| (link.forward)(&x));
            bounded(twin, x, roundings(|link| link.roundings.0), slack)
        };
        let backward = |_: &Map, dy: &Map| -> Exact {
            let back = self.links.iter().rev();
            let twin = |dy: &Map| back.clone().fold(dy.clone(), |dy, link| (link.adjoint)(&dy));
            bounded(twin, dy, roundings(|link| link.roundings.1), slack)
        };
        Subject {
            step: self.step,
            what: self.what.clone(),
            chain: Box::new(|graph, image| (self.chain)(graph, image)),
            shape: SHAPE,
            input: bounds::pseudo_random(8, SIZE * SIZE * 3),
            linear: true,
            twin: Twin { forward: &forward, backward: &backward, words: WORDS },
        }
        .compare(isa)
    }
}

fn moved(forward: impl Fn(&Map) -> Map + 'static, adjoint: impl Fn(&Map) -> Map + 'static, back: usize) -> Link {
    Link { forward: Box::new(forward), adjoint: Box::new(adjoint), roundings: (0, back), slack: 0.0 }
}

/// A pixel is shown at most three times along each axis.
fn reflected(margin: usize) -> Link {
    let padding = Padding::all(margin);
    moved(move |x| reference::pad_reflect(x, padding), move |dy| reference::pad_reflect_adjoint(dy, padding), 8)
}

fn shifted(by: (usize, usize)) -> Link {
    let by = (by.0.cast_signed(), by.1.cast_signed());
    moved(move |x| reference::shift(x, by), move |dy| reference::shift_adjoint(dy, by), 0)
}

fn padded(margin: usize) -> Link {
    let padding = Padding::all(margin);
    moved(move |x| reference::pad_zeros(x, padding), move |dy| reference::pad_zeros_adjoint(dy, padding), 0)
}

/// From the half of what is left, and of two halves from the even one.
fn cropped(from: usize, to: usize) -> Link {
    let half = (from - to) / 2;
    let odd = (from - to) % 2;
    let origin = half + if half % 2 == 1 { odd } else { 0 };
    moved(
        move |x| reference::crop(x, (origin, origin), (to, to)),
        move |dy| reference::crop_adjoint(dy, (origin, origin), (from, from)),
        0,
    )
}

fn resized(from: usize, to: usize, alignment: Alignment) -> Link {
    Link {
        forward: Box::new(move |x| reference::resize_bilinear(x, (to, to), alignment)),
        adjoint: Box::new(move |dy| reference::resize_bilinear_adjoint(dy, (from, from), alignment)),
        roundings: (6, 2 + 4 * to),
        // A weight of the twin is off by less than 8 (n + m) 2^-53; some of them meet at a pixel, on the way back more
        // than there.
        slack: (2 * (from + to)) as f64 * 2_f64.powi(-46),
    }
}

fn rotated(degrees: i32, size: usize) -> Link {
    let angle = f64::from(degrees);
    Link {
        forward: Box::new(move |x| reference::rotate(x, angle)),
        adjoint: Box::new(move |dy| reference::rotate_adjoint(dy, angle)),
        roundings: (5, 10),
        slack: 9.0 * (2 * size) as f64 * 2_f64.powi(-45),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_chain_is_its_twins_composed() {
        let comparisons = comparisons(Isa::best()).unwrap();
        let failed: Vec<_> = comparisons.iter().filter(|line| !line.passed).collect();
        // Forward, backward and adjoint of five chains of augmentations and four views.
        assert!(failed.is_empty() && comparisons.len() == 27, "{failed:?}");
    }

    #[test]
    fn a_twin_of_other_links_fails() {
        let chain = || -> Chain<'static> {
            Box::new(|graph, image| {
                let node = View::Shrunk.add_to(graph, image)?;
                Ok(Built::fixed(node))
            })
        };
        let passed = |links: Vec<Link>| -> Vec<bool> {
            let what = "w".to_owned();
            let composition = Composition { step: Step::ScaleOperator, what, chain: chain(), links };
            let comparisons = composition.compare(Isa::best()).unwrap();
            comparisons.iter().map(|line| line.passed).collect()
        };
        let half = |alignment| resized(SIZE, SIZE / 2, alignment);
        let right = vec![half(Alignment::HalfPixel), reflected(SIZE / 4)];
        assert_eq!(passed(right), [true; 3]);
        let corners = vec![half(Alignment::Corners), reflected(SIZE / 4)];
        assert_eq!(passed(corners)[..2], [false; 2]);
        let zeros = vec![half(Alignment::HalfPixel), padded(SIZE / 4)];
        assert_eq!(passed(zeros)[..2], [false; 2]);
    }
}
