//! Patterns of tensors' names, and what becomes of a name that fits one.
//!
//! A pattern is compared segment by segment, where dots separate segments: `layer#` fits `layer` and a number, `*` any
//! segment, `a?` the segment `a` or none, and `**` at the end whatever follows, nothing included. In what a name becomes, `{0}`
//! is the first number, `{1+1}` the second and one more, and `{..}` what `**` fitted.

/// What a name had where a pattern has a number, and what follows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fit<'a> {
    numbers: Vec<usize>,
    rest: &'a str,
}

/// What of a name fits a pattern, if it does.
pub(crate) fn fit<'a>(pattern: &str, name: &'a str) -> Option<Fit<'a>> {
    if pattern.is_empty() {
        return name.is_empty().then(Fit::default);
    }
    if pattern == "**" {
        return Some(Fit { numbers: Vec::new(), rest: name });
    }
    let (first, further) = pattern.split_once('.').unwrap_or((pattern, ""));
    let first = match first.strip_suffix('?') {
        None => first,
        Some(optional) => {
            if let Some(fit) = fit(further, name) {
                return Some(fit);
            }
            optional
        }
    };
    if name.is_empty() {
        return None;
    }
    let (segment, rest) = name.split_once('.').unwrap_or((name, ""));
    let number = match first.split_once('#') {
        Some((before, after)) => Some(number(segment.strip_prefix(before)?.strip_suffix(after)?)?),
        None if first == "*" || first == segment => None,
        None => return None,
    };
    let mut fit = fit(further, rest)?;
    fit.numbers.splice(0..0, number);
    Some(fit)
}

/// A number as it is printed, and none that could not be counted up.
fn number(digits: &str) -> Option<usize> {
    let number: u16 = digits.parse().ok()?;
    (number.to_string() == digits).then(|| number.into())
}

impl Fit<'_> {
    /// What the name becomes.
    pub(crate) fn become_like(&self, template: &str) -> String {
        let mut name = String::new();
        let mut pieces = template.split('{');
        name.extend(pieces.next());
        for piece in pieces {
            let (slot, after) = piece.split_once('}').unwrap_or((piece, ""));
            let (index, more) = match slot.split_once('+') {
                Some((index, more)) => (index, more.parse().unwrap_or(0)),
                None => (slot, 0),
            };
            match index.parse::<usize>().ok().and_then(|index| self.numbers.get(index)) {
                Some(number) => name.push_str(&(number + more).to_string()),
                None => name.push_str(self.rest),
            }
            name.push_str(after);
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_segment_by_segment() {
        for (pattern, name, fits) in [
            ("conv1.weight", "conv1.weight", true),
            ("conv1.weight", "conv1.weights", false),
            ("conv1.weight", "conv1", false),
            ("conv1", "conv1.weight", false),
            ("conv1.**", "conv1.0.weight", true),
            ("conv1.**", "conv1", true),
            ("conv1.**", "conv10.weight", false),
            ("layer#.#.se.**", "layer1.12.se.fc.weight", true),
            ("layer#.#.se.**", "layer1.x.se.fc.weight", false),
            ("layer#.#.se.**", "layer.0.se.fc.weight", false),
            ("layer#.*.bn1", "layer9.any.bn1", true),
            ("layer#", "layer01", false),
            ("layer#", "layer-1", false),
            ("layer#", "layer99999", false),
            ("a?.b?.c", "c", true),
            ("a?.b?.c", "b.c", true),
            ("a?.b?.c", "a.b.c", true),
            ("a?.b?.c", "b.a.c", false),
            ("*", "", false),
            ("**", "", true),
        ] {
            assert_eq!(fit(pattern, name).is_some(), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn a_name_becomes_what_its_numbers_and_its_end_say() {
        let of = |pattern, template, name| fit(pattern, name).map(|fit| fit.become_like(template));
        let blocks = ("stages.#.layers.#.layer.#.conv.**", "layer{0+1}.{1}.conv{2+1}.{..}");
        let found = of(blocks.0, blocks.1, "stages.0.layers.11.layer.2.conv.weight");
        assert_eq!(found.as_deref(), Some("layer1.11.conv3.weight"));
        assert_eq!(of("head?.fc.**", "fc.{..}", "fc.bias").as_deref(), Some("fc.bias"));
        assert_eq!(of("head?.fc.weight", "fc.weight", "head.fc.weight").as_deref(), Some("fc.weight"));
    }
}
