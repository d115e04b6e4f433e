//! The products that the Block's activation consists of.

use super::document::{Section, number, whose};
use crate::twin::first_order::FirstOrder;
use crate::twin::layer::{Affine, TwinLayer};
use resnet::Role;

/// Terms of the last convolution that are listed for each picture.
const TERMS: usize = 6;

/// A product of the last convolution.
struct Term {
    channel: usize,
    tap: usize,
    weight: f64,
    activation: f64,
}

impl Term {
    fn product(&self) -> f64 {
        self.weight * self.activation
    }
}

/// The largest terms on the picture of each role.
pub(super) fn section(layer: &TwinLayer, channel: usize, pictures: [&FirstOrder<'_>; 3]) -> Section {
    let mut section = Section::new("The largest terms of the last convolution");
    let norm = match layer.norm {
        Some(_) => ", batch norm applied",
        None => ", and a bias",
    };
    section.say(format!(
        "The Block is {}: {} products of a weight and an activation of its first half{norm}. In double precision, on each picture:",
        layer.name,
        layer.terms(),
    ));
    section.row(["picture", "channel", "row, column", "weight", "activation", "product"]);
    for (role, picture) in Role::ALL.into_iter().zip(pictures) {
        let Some(x) = picture.hidden() else { continue };
        let (terms, constant) = terms(layer, &x, channel);
        let (listed, others) = terms.split_at(TERMS.min(terms.len()));
        for term in listed {
            let columns = layer.sliding.kernel.1;
            section.row([
                whose(role),
                &term.channel.to_string(),
                &format!("{}, {}", offset(term.tap / columns), offset(term.tap % columns)),
                &number(term.weight),
                &number(term.activation),
                &number(term.product()),
            ]);
        }
        let sum = |terms: &[Term]| -> f64 { terms.iter().map(Term::product).sum() };
        let (of_listed, of_others) = (sum(listed), sum(others));
        section.say(format!(
            "{} picture: these {} give {}, the other {} give {}, the constant is {}; together {}.",
            whose(role),
            listed.len(),
            number(of_listed),
            others.len(),
            number(of_others),
            number(constant),
            number(of_listed + of_others + constant)
        ));
    }
    section
}

/// The products of a channel's output at the center, the largest in magnitude first, and what is added to them; batch
/// norm's scale is part of the weights.
fn terms(layer: &TwinLayer, x: &reference::Map, channel: usize) -> (Vec<Term>, f64) {
    let taps = layer.sliding.kernel.0 * layer.sliding.kernel.1;
    let (height, width) = crate::twin::bounded::steps(layer.sliding).output_size(x.height, x.width);
    let (scale, constant) = match (&layer.norm, &layer.bias) {
        (Some(Affine { scale, shift }), _) => (scale[channel], shift[channel]),
        (None, Some(bias)) => (1.0, f64::from(bias[channel])),
        (None, None) => (1.0, 0.0),
    };
    let mut terms = Vec::new();
    for tap in 0..taps {
        let at = (height / 2, width / 2);
        let Some(from) = layer.reads(at, tap, (x.height, x.width)) else {
            continue;
        };
        for c in 0..layer.inputs {
            terms.push(Term {
                channel: c,
                tap,
                weight: scale * f64::from(layer.weights[(channel * layer.inputs + c) * taps + tap]),
                activation: x.data[from + c],
            });
        }
    }
    terms.sort_by(|a, b| b.product().abs().total_cmp(&a.product().abs()));
    (terms, constant)
}

/// A tap's place beside the center: -1, 0 or +1.
fn offset(tap: usize) -> String {
    match tap {
        0 => "-1".to_owned(),
        1 => "0".to_owned(),
        n => format!("+{}", n - 1),
    }
}
