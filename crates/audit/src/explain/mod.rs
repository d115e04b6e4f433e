//! One channel's mix ratio and scale measures, derived as a person would write it (METHOD.md, section 3).
//!
//! Nothing is taken from the table: what a derivation says is computed from the stored pictures and the weights when it
//! is asked for, and the table is held against that, as are the manifest and the store. What differs is named first.

mod attempts;
mod conditions;
mod document;
mod measured;
mod mix_and_scale;
mod provenance;
mod terms;

pub use document::Explanation;

use crate::budget::Run;
use crate::error::AuditError;
use crate::twin::bounded::{Bounded, SINGLE, normalised};
use crate::twin::first_order::FirstOrder;
use crate::twin::network::TwinNetwork;
use analysis::Category;
use autodiff::Isa;
use document::Section;
use measured::Center;
use provenance::Provenance;
use report::ChannelRow;
use resnet::Block;
use runs::Source;
use std::path::Path;

/// Derives what a finished run says of a channel, and holds it against what its pictures give.
///
/// # Errors
/// If the run is of other weights, does not have the channel, or cannot be read. What differs is no error:
/// [`Explanation::differences`].
pub fn explain(
    source: &Source,
    folder: &Path,
    (block, channel): (Block, usize),
    isa: Isa,
) -> Result<Explanation, AuditError> {
    let loaded = source.clone().load()?;
    let run = Run::open(folder, &loaded)?;
    let row = run.row(block, channel)?;
    let mut provenance = Provenance::new(&run, block, row)?;
    let mut differences = std::mem::take(&mut provenance.differences);
    let center = Center { loaded: &loaded, block, channel, isa };
    let measured = center.measure(provenance.pictures.each_ref().map(|p| &*p.pixels))?;
    let attempts = attempts::section(&provenance, &center, &measured, &mut differences)?;
    let twin = TwinNetwork::new(&loaded.tensors, loaded.network.architecture())?;
    let size = loaded.size();
    let images =
        provenance.pictures.each_ref().map(|p| normalised(&p.pixels, size, (loaded.preprocessing.colors, SINGLE)));
    let bounds = first_orders(&twin, &images, block);
    let bounds = bounds.each_ref();
    let comparison = measured.comparison(row, bounds, &mut differences);
    let budget = match measured.measures() {
        // Of what the pictures give, whatever the table says.
        Ok(measures) => {
            let found = ChannelRow {
                o_i: measured.nine[0][2],
                o_b: measured.nine[1][2],
                mix_ratio: Some(measures.mix_ratio),
                category: Some(Category::of(measures.mix_ratio).to_string()),
                ..row.clone()
            };
            Some(run.budget(&twin, block, &found)?)
        }
        Err(_) => None,
    };
    if budget.as_ref().is_some_and(|b| b.category.flips()) {
        differences.push(format!(
            "mix ratio of channel {channel} of block {block}: its category is another one of the exact values"
        ));
    }
    let own_steps = run.manifest.recipe.get("steps").and_then(serde_json::Value::as_u64);
    let conditions = conditions::section(folder, (run.manifest.seed, own_steps), &center, &mut differences)?;
    let mut sections = vec![outcome(&differences), provenance.section(), attempts, measured.section(), comparison];
    if let Some(layer) = twin.last(block) {
        sections.push(terms::section(layer, channel, bounds));
    }
    sections.push(mix_and_scale::mix(&measured, budget.as_ref()));
    sections.push(mix_and_scale::scale(&measured));
    sections.push(mix_and_scale::invariance(&measured));
    sections.extend(conditions);
    Ok(Explanation {
        title: format!("Block {block}, channel {channel}"),
        sections,
        pictures: provenance.pictures.map(|p| p.name).into(),
        differences,
    })
}

/// The network in double precision on each picture.
fn first_orders<'a>(twin: &'a TwinNetwork, images: &'a [Bounded; 3], block: Block) -> [FirstOrder<'a>; 3] {
    let [input, of_block, output] = images;
    let of = |image| twin.first_order(image, block);
    let (input, (of_block, output)) = rayon::join(|| of(input), || rayon::join(|| of(of_block), || of(output)));
    [input, of_block, output]
}

fn outcome(differences: &[String]) -> Section {
    match differences {
        [] => {
            let mut section = Section::new("Nothing differs");
            section.say(
                "Table, pictures, store and manifest agree, and everything below was computed again from the pictures and the weights.",
            );
            section
        }
        _ => {
            let mut section = Section::new("What differs");
            differences.iter().for_each(|difference| section.say(difference));
            section.say("What follows is computed from the pictures as they are now.");
            section
        }
    }
}
