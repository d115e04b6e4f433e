//! The activations behind a channel's measures: computed again from the pictures, and held against the table and double
//! precision.

use super::document::{DIFFERS, Section, number, whose};
use crate::error::AuditError;
use crate::twin::first_order::{Activation, FirstOrder};
use analysis::{ChannelMeasures, FailedVisualization, NineActivations};
use autodiff::Isa;
use report::{ChannelRow, layout};
use resnet::{Block, Extent, Reader, Reading, Role, Site, View};
use runs::Loaded;

/// What is read on pictures of a channel, computed now.
pub(super) struct Measured {
    block: Block,
    /// Where Input, Block and Output are read.
    sites: [Site; 3],
    channel: usize,
    /// `[picture][role read]`, both in the order of [`Role::ALL`].
    pub(super) nine: [[f64; 3]; 3],
    /// B(enlarge I).
    pub(super) enlarged: f64,
    /// I(shrink B).
    pub(super) shrunk: f64,
}

/// Reads the center neurons of a channel.
pub(super) struct Center<'a> {
    pub(super) loaded: &'a Loaded,
    pub(super) block: Block,
    pub(super) channel: usize,
    pub(super) isa: Isa,
}

impl Center<'_> {
    /// The roles on a picture that is seen in some way.
    pub(super) fn read<const N: usize>(
        &self,
        view: View,
        roles: [Role; N],
        pixels: &[u8],
    ) -> Result<[f64; N], AuditError> {
        let sites = roles.map(|role| self.loaded.architecture().read_site(self.block, role));
        let size = self.loaded.size();
        let reading = Reading { size, view, sites: &sites, extent: Extent::Center };
        let mut reader = Reader::new(&self.loaded.network, reading, self.isa)?;
        reader.read(pixels);
        Ok(sites.map(|site| f64::from(reader.center(site)[self.channel])))
    }

    /// Everything that the measures follow from, on the pictures of Input, Block and Output.
    pub(super) fn measure(&self, pixels: [&[u8]; 3]) -> Result<Measured, AuditError> {
        let on = |pixels| self.read(View::Plain, Role::ALL, pixels);
        let [enlarged] = self.read(View::Enlarged, [Role::Block], pixels[0])?;
        let [shrunk] = self.read(View::Shrunk, [Role::Input], pixels[1])?;
        Ok(Measured {
            block: self.block,
            sites: Role::ALL.map(|role| self.loaded.architecture().read_site(self.block, role)),
            channel: self.channel,
            nine: [on(pixels[0])?, on(pixels[1])?, on(pixels[2])?],
            enlarged,
            shrunk,
        })
    }
}

/// What the table says, in the order of [`Measured::nine`], and what its columns are called.
fn of_table(row: &ChannelRow) -> [[(&'static str, f64); 3]; 3] {
    [
        [("i_i", row.i_i), ("b_i", row.b_i), ("o_i", row.o_i)],
        [("i_b", row.i_b), ("b_b", row.b_b), ("o_b", row.o_b)],
        [("i_o", row.i_o), ("b_o", row.b_o), ("o_o", row.o_o)],
    ]
}

impl Measured {
    pub(super) fn activations(&self) -> NineActivations {
        let [[i_i, b_i, o_i], [i_b, b_b, o_b], [i_o, b_o, o_o]] = self.nine;
        NineActivations { o_o, i_o, b_o, o_i, i_i, b_i, o_b, i_b, b_b }
    }

    pub(super) fn measures(&self) -> Result<ChannelMeasures, FailedVisualization> {
        ChannelMeasures::new(&self.activations(), self.enlarged, self.shrunk)
    }

    /// The nine activations, each Output as the sum of its two summands.
    pub(super) fn section(&self) -> Section {
        let mut section = Section::new("Nine activations");
        section.say(format!(
            "Computed from the pictures just now, at the center neuron: the Input at {}, the Block at {}, and the Output, their sum in \
             single precision, at {}.",
            self.sites[0],
            self.sites[1],
            self.sites[2]
        ));
        section.row(["picture", "Input", "+ Block", "= Output", "share of the Input"]);
        for (role, [i, b, o]) in Role::ALL.into_iter().zip(self.nine) {
            let share =
                if o > 0.0 { format!("{:.0} %", 100.0 * i / (i + b)) } else { "the sum is not positive".to_owned() };
            section.row([whose(role), &number(i), &number(b), &number(o), &share]);
        }
        section
    }

    /// The table and double precision beside what was computed; what differs goes to `differences`.
    pub(super) fn comparison(
        &self,
        row: &ChannelRow,
        bounds: [&FirstOrder<'_>; 3],
        differences: &mut Vec<String>,
    ) -> Section {
        let mut section = Section::new("Held against the table and double precision");
        section.say(
            "The table has to hold the same bits: the same code computed it. Double precision has to be within the first-order bound of \
             all roundings: each layer's gamma(k + 1) (sum |w x| + |b|), weighted with the gradient.",
        );
        section.row(["value", "computed", "in the table", "double precision", "apart", "bound", ""]);
        let place = format!("channel {} of block {}", self.channel, self.block);
        for ((of_table, nine), first_order) in of_table(row).iter().zip(self.nine).zip(bounds) {
            for ((role, &(column, told)), found) in Role::ALL.into_iter().zip(of_table).zip(nine) {
                let Activation { exact, bound } = first_order.activation(role, self.channel);
                let apart = (found - exact).abs();
                // A bound on rounding says nothing of what went beyond all numbers.
                let (same, near) = (same_value(told, found), apart <= bound || !found.is_finite());
                if !same {
                    differences.push(format!(
                        "{}: {column} of {place} is {told}, its pictures give {found}",
                        layout::CHANNELS
                    ));
                }
                if !near {
                    differences.push(format!(
                        "{column} of {place}: {found} is {apart:.2e} from double precision's, beyond the bound {bound:.2e}"
                    ));
                }
                section.row([
                    column,
                    &number(found),
                    &number(told),
                    &number(exact),
                    &format!("{apart:.1e}"),
                    &format!("{bound:.1e}"),
                    if same && near { "same" } else { DIFFERS },
                ]);
            }
            let [i, b, o] = nine;
            if i + b != o && !same_value(single(i + b), o) {
                differences.push(format!("{place}: {i} + {b} is not the Output's {o}"));
            }
        }
        self.compare_measures(row, &place, &mut section, differences);
        section
    }

    fn compare_measures(&self, row: &ChannelRow, place: &str, section: &mut Section, differences: &mut Vec<String>) {
        let measures = self.measures().ok();
        let scale = measures.map(|m| m.scale);
        let finite = |v: f64| v.is_finite().then_some(v);
        // A zero of either sign is one zero.
        let (text, bool) = (|v: f64| (v + 0.0).to_string(), |v: bool| Some(v.to_string()));
        let is = |f: fn(&ChannelMeasures) -> bool| bool(measures.as_ref().is_some_and(f));
        let category = measures.map(|m| m.category.to_string());
        for (column, told, found) in [
            ("mix_ratio", row.mix_ratio.map(text), measures.map(|m| text(m.mix_ratio))),
            ("category", row.category.clone(), category),
            ("block_delta", row.block_delta.map(text), scale.and_then(|s| finite(s.block_delta)).map(text)),
            ("input_delta", row.input_delta.map(text), scale.and_then(|s| finite(s.input_delta)).map(text)),
            ("scale_metric", row.scale_metric.map(text), scale.and_then(|s| finite(s.scale_metric())).map(text)),
            ("scale_invariant", bool(row.scale_invariant), is(ChannelMeasures::scale_invariant)),
            ("scale_invariant_no_mix", bool(row.scale_invariant_no_mix), is(ChannelMeasures::scale_invariant_no_mix)),
            (
                "scale_invariant_by_block",
                bool(row.scale_invariant_by_block),
                is(ChannelMeasures::scale_invariant_by_block),
            ),
        ] {
            let same = told == found;
            let shown = |v: Option<String>| v.unwrap_or_else(|| "empty".to_owned());
            let (told, found) = (shown(told), shown(found));
            if !same {
                differences
                    .push(format!("{}: {column} of {place} is {told}, its pictures give {found}", layout::CHANNELS));
            }
            let verdict = if same { "same" } else { DIFFERS };
            section.row([column, &short(&found), &short(&told), "", "", "", verdict]);
        }
    }
}

#[cfg(test)]
impl Measured {
    /// Any activations, B(enlarge I) and I(shrink B).
    pub(super) fn example(nine: [[f64; 3]; 3], (enlarged, shrunk): (f64, f64)) -> Measured {
        let block = Block::new(2, 1);
        let sites = [Site::Output(Block::new(2, 0)), "layer2.1.bn2".parse().unwrap(), Site::Sum(block)];
        Measured { block, sites, channel: 0, nine, enlarged, shrunk }
    }
}

/// The same bits; which of them a NaN has, a table does not say.
fn same_value(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

/// A number with six decimals, a word as it is.
fn short(text: &str) -> String {
    match text.parse::<f64>() {
        Ok(value) => super::document::ratio(Some(value)),
        Err(_) => text.to_owned(),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the network adds in single precision")]
fn single(value: f64) -> f64 {
    f64::from(value as f32)
}
