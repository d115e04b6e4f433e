//! `cargo xtask figures`.

use crate::flags::Figures;
use crate::say;
use runs::{Print, PrintFormat, print};

/// Draws figures and says where they are.
pub(crate) fn run(flags: Figures) -> anyhow::Result<()> {
    let each = flags.channels.into_iter();
    let channels = each.flat_map(|(block, channels)| channels.into_iter().map(move |c| (block.clone(), c))).collect();
    let format = match flags.format.as_str() {
        "svg" => PrintFormat::Svg,
        "png" => PrintFormat::Png,
        _ => PrintFormat::Pdf,
    };
    let out = flags.out.unwrap_or_else(|| flags.run.join("print"));
    let wanted = Print { figures: flags.figures, channels, width: flags.width, format, titled: flags.titles };
    for path in print(&flags.run, &wanted, &out)? {
        say(&path.display().to_string());
    }
    Ok(())
}
