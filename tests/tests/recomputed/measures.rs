//! The definitions of the method that several tables need.

/// The mix ratio; none where neither answer is positive.
pub(crate) fn mix_ratio(o_i: f64, o_b: f64) -> Option<f64> {
    match (o_i > 0.0, o_b > 0.0) {
        (false, false) => None,
        (_, false) => Some(10.0),
        (false, true) => Some(0.0),
        (true, true) => Some(o_i / o_b),
    }
}

/// Its category.
pub(crate) fn category(ratio: f64) -> &'static str {
    if mixes(ratio) {
        "mix"
    } else if ratio < 1.0 {
        "overwrite"
    } else {
        "skip"
    }
}

/// 1/1.5 < M < 1.5.
pub(crate) fn mixes(ratio: f64) -> bool {
    1.0 / 1.5 < ratio && ratio < 1.5
}

/// What a histogram and a correlation take of it.
pub(crate) fn clamped(ratio: f64) -> f64 {
    ratio.min(5.0)
}

/// A gain: the difference of two clipped answers over a third that is not clipped.
pub(crate) fn gain(after: f64, before: f64, own: f64) -> f64 {
    (after.max(0.0) - before.max(0.0)) / own
}
