//! What Input and Block each add to a channel's Output (the sum before its ReLU), over photographs.

/// Who contributes to a channel's Output, over all photographs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contributions {
    /// ΣI / (ΣI + ΣB) over the photographs whose Output is positive: the Input's share of what the channel passes on.
    /// Above 1 where Block on the whole takes away. Not defined where no Output is positive.
    pub input_share: Option<f64>,
    /// ΣB / (ΣI + ΣB), the rest.
    pub block_share: Option<f64>,
    /// Percent of the photographs with a positive Input in which Block is negative: it inhibits. Not defined where no
    /// Input is positive.
    pub inhibited_percent: Option<f64>,
    /// Percent of the photographs with a positive Input in which Block leaves nothing of it: the Output is not
    /// positive.
    pub silenced_percent: Option<f64>,
}

/// Of the center activations of a channel's Input, Block and Output, for each photograph.
#[must_use]
pub fn contributions(input: &[f32], block: &[f32], output: &[f32]) -> Contributions {
    let images = || input.iter().zip(block).zip(output);
    let sums = images()
        .filter(|&(_, &o)| o > 0.0)
        .map(|((&i, &b), _)| (f64::from(i), f64::from(b)))
        .reduce(|sum, (i, b)| (sum.0 + i, sum.1 + b));
    let share = |of: fn((f64, f64)) -> f64| sums.map(|sums| of(sums) / (sums.0 + sums.1));
    let excited = images().filter(|&((&i, _), _)| i > 0.0).count();
    let percent = |count: usize| (excited > 0).then(|| 100.0 * count as f64 / excited as f64);
    let excited_and = |condition: fn(f32, f32) -> bool| {
        let images = images().filter(|&((&i, &b), &o)| i > 0.0 && condition(b, o));
        images.count()
    };
    Contributions {
        input_share: share(|sums| sums.0),
        block_share: share(|sums| sums.1),
        inhibited_percent: percent(excited_and(|b, _| b < 0.0)),
        silenced_percent: percent(excited_and(|_, o| o <= 0.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_what_is_passed_on_and_inhibition_is_where_the_input_is_positive() {
        let input = [3.0, 1.0, 2.0, 0.0, 0.0];
        let block = [1.0, -0.5, -4.0, 2.0, -1.0];
        let output = [4.0, 0.5, -2.0, 2.0, -1.0];
        let found = contributions(&input, &block, &output);
        // Passed on in images 0, 1 and 3: I = 4, B = 2.5.
        assert_eq!(found.input_share, Some(4.0 / 6.5));
        assert_eq!(found.block_share, Some(2.5 / 6.5));
        // Of images 0, 1 and 2 Block is negative in two, and one is silenced.
        assert_eq!(found.inhibited_percent, Some(200.0 / 3.0));
        assert_eq!(found.silenced_percent, Some(100.0 / 3.0));
    }

    #[test]
    fn a_channel_that_never_answers_has_no_shares() {
        let found = contributions(&[0.0, 0.0], &[-1.0, -2.0], &[-1.0, -2.0]);
        let nothing =
            Contributions { input_share: None, block_share: None, inhibited_percent: None, silenced_percent: None };
        assert_eq!(found, nothing);
    }
}
