//! What a channel is at the run's seeds, in its variants and after other numbers of steps: measured again on the pictures that
//! lie there, and held against the tables; a variant that reads pictures otherwise is taken from its table, and said to be.

use super::document::{DIFFERS, Section, ratio, signed};
use super::measured::{Center, Measured};
use crate::error::AuditError;
use report::registry::Table;
use report::registry::tables::{SEEDS, STEPS, VARIANTS};
use report::{SeedRow, StepRow, VariantRow, layout, read_table};
use resnet::Role;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};

/// A channel under a condition, as a table has it.
struct Row {
    condition: String,
    table: &'static str,
    /// Its pictures, where reading them as published gives its numbers.
    pictures: Option<[PathBuf; 3]>,
    /// `[picture][role read]`, enlarged and shrunk, as [`Measured`] has them.
    nine: [[f64; 3]; 3],
    of_scale: [f64; 2],
    mix_ratio: Option<f64>,
    category: Option<String>,
    deltas: [Option<f64>; 2],
    scale_invariant: bool,
}

/// The rows of tables that have the same columns.
macro_rules! row {
    ($row:expr, $condition:expr, $table:expr, $pictures:expr) => {{
        let r = $row;
        Row {
            condition: $condition,
            table: $table,
            pictures: $pictures,
            nine: [[r.i_i, r.b_i, r.o_i], [r.i_b, r.b_b, r.o_b], [r.i_o, r.b_o, r.o_o]],
            of_scale: [r.block_on_enlarged_input, r.input_on_shrunk_block],
            mix_ratio: r.mix_ratio,
            category: r.category,
            deltas: [r.block_delta, r.input_delta],
            scale_invariant: r.scale_invariant,
        }
    }};
}

/// The section, where the run has more than its one condition; what differs goes to `differences`.
///
/// # Errors
/// If a table or a picture is damaged.
pub(super) fn section(
    folder: &Path,
    (first, own_steps): (u64, Option<u64>),
    center: &Center<'_>,
    differences: &mut Vec<String>,
) -> Result<Option<Section>, AuditError> {
    let rows = rows(folder, (first, own_steps), center)?;
    let mut section = Section::new("Seeds, variants and steps");
    let of_seeds: Vec<&Row> = rows.iter().filter(|row| row.table == SEEDS.path).collect();
    let count = |is: &dyn Fn(&Row) -> bool| of_seeds.iter().filter(|row| is(row)).count();
    let kind = |name: &str| count(&|row| row.category.as_deref() == Some(name));
    section.say(format!(
        "Of {} seeds: overwrite at {}, mix at {}, skip at {}; scale-invariant at {}.",
        of_seeds.len(),
        kind("overwrite"),
        kind("mix"),
        kind("skip"),
        count(&|row| row.scale_invariant)
    ));
    section.row(["condition", "M", "category", "dB", "dI", "scale-invariant", ""]);
    for row in &rows {
        let said = match row.read(folder, center)? {
            None => "as its table says",
            Some(measured) if row.is_of(&measured) => "measured again, the same",
            Some(_) => {
                differences.push(format!(
                    "{}: channel {} of block {}, {}: its pictures give other numbers",
                    row.table, center.channel, center.block, row.condition
                ));
                DIFFERS
            }
        };
        section.row([
            &row.condition,
            &ratio(row.mix_ratio),
            row.category.as_deref().unwrap_or("none"),
            &signed(row.deltas[0]),
            &signed(row.deltas[1]),
            if row.scale_invariant { "yes" } else { "no" },
            said,
        ]);
    }
    Ok((rows.len() > 1).then_some(section))
}

/// A channel in all tables that have it.
fn rows(folder: &Path, (first, own_steps): (u64, Option<u64>), center: &Center<'_>) -> Result<Vec<Row>, AuditError> {
    let (block, channel) = (center.block.to_string(), center.channel);
    let roles = Role::ALL.map(Role::name);
    let mut rows = Vec::new();
    for of in there::<SeedRow>(folder, &SEEDS)?.into_iter().filter(|r| r.block == block && r.channel == channel) {
        let seed = of.seed;
        let pictures = roles.map(|role| match seed == first {
            true => layout::feature(&block, role, channel),
            false => layout::seed_feature(&block, role, channel, seed),
        });
        rows.push(row!(of, format!("seed {seed}"), SEEDS.path, Some(pictures)));
    }
    for of in there::<VariantRow>(folder, &VARIANTS)?.into_iter().filter(|r| r.block == block && r.channel == channel) {
        let name = of.variant.clone();
        let pictures = roles.map(|role| layout::variant_feature(&block, role, channel, &name));
        // Floats are no pictures that lie there, and others have none of their own.
        let read = name != "float-picture" && pictures.iter().all(|picture| folder.join(picture).is_file());
        rows.push(row!(of, name, VARIANTS.path, read.then_some(pictures)));
    }
    for of in there::<StepRow>(folder, &STEPS)?.into_iter().filter(|r| r.block == block && r.channel == channel) {
        let steps = of.steps;
        let pictures = roles.map(|role| match own_steps == Some(steps as u64) {
            true => layout::feature(&block, role, channel),
            false => layout::steps_feature(&block, role, channel, steps),
        });
        rows.push(row!(of, format!("{steps} steps"), STEPS.path, Some(pictures)));
    }
    Ok(rows)
}

/// The rows of a table; none where the run has no such table.
fn there<R: DeserializeOwned>(folder: &Path, table: &Table) -> Result<Vec<R>, AuditError> {
    let path = folder.join(table.path);
    Ok(if path.is_file() { read_table(&path)? } else { Vec::new() })
}

impl Row {
    /// What its pictures give now; nothing where they do not tell.
    fn read(&self, folder: &Path, center: &Center<'_>) -> Result<Option<Measured>, AuditError> {
        let Some(pictures) = &self.pictures else { return Ok(None) };
        let mut pixels = Vec::new();
        for picture in pictures {
            pixels.push(images::decode(folder.join(picture))?.into_pixels());
        }
        let [input, block, output] = &pixels[..] else { return Ok(None) };
        Ok(Some(center.measure([input, block, output])?))
    }

    /// Whether its numbers are these, to the last bit.
    fn is_of(&self, measured: &Measured) -> bool {
        let same = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan());
        let nine = self.nine.iter().flatten().zip(measured.nine.iter().flatten());
        let of_scale = self.of_scale.iter().zip([&measured.enlarged, &measured.shrunk]);
        nine.chain(of_scale).all(|(a, b)| same(*a, *b))
    }
}
