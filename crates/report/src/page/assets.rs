//! What is the same on the page of every run: its style, its scripts, and the released libraries that they call.

/// The page's own style.
pub(super) const STYLE: &str = concat!(
    include_str!("explorer/colors.css"),
    include_str!("explorer/frame.css"),
    include_str!("explorer/views.css"),
    include_str!("explorer/print.css")
);

/// What has to be there before any data: it takes them as they come.
pub(super) const CORE: &str = include_str!("explorer/core.js");

/// The page's own scripts, in the order in which they are read: what one calls stands before it.
const SCRIPTS: [&str; 17] = [
    include_str!("explorer/dom.js"),
    include_str!("explorer/words.js"),
    include_str!("explorer/channels.js"),
    include_str!("explorer/filter.js"),
    include_str!("explorer/pictures.js"),
    include_str!("explorer/glyphs.js"),
    include_str!("explorer/plots.js"),
    include_str!("explorer/export.js"),
    include_str!("explorer/wall.js"),
    include_str!("explorer/grid.js"),
    include_str!("explorer/explore.js"),
    include_str!("explorer/channel.js"),
    include_str!("explorer/image.js"),
    include_str!("explorer/home.js"),
    include_str!("explorer/about.js"),
    include_str!("explorer/compare.js"),
    include_str!("explorer/main.js"),
];

const PLOTS: &str = include_str!("vendor/uplot-1.6.32/uPlot.iife.min.js");

/// The style of the libraries.
pub(super) const VENDOR_STYLE: &str = include_str!("vendor/uplot-1.6.32/uPlot.min.css");

/// The modules of the virtual scroller, by the names that they call each other.
const MODULES: [(&str, &str); 5] = [
    ("./utils.cjs", include_str!("vendor/virtual-core-3.19.11/utils.cjs")),
    ("./lazy-measurements.cjs", include_str!("vendor/virtual-core-3.19.11/lazy-measurements.cjs")),
    ("./scroll-classifier.cjs", include_str!("vendor/virtual-core-3.19.11/scroll-classifier.cjs")),
    ("./ios-gesture.cjs", include_str!("vendor/virtual-core-3.19.11/ios-gesture.cjs")),
    ("virtual-core", include_str!("vendor/virtual-core-3.19.11/index.cjs")),
];

/// The page's own scripts, each in a function of its own.
pub(super) fn scripts() -> String {
    SCRIPTS.iter().map(|script| format!("(function () {{\n\"use strict\";\n{script}}})();\n")).collect()
}

/// The libraries. Modules of the virtual scroller are bodies of functions.
pub(super) fn vendor() -> String {
    let licence =
        "/* uPlot 1.6.32, MIT, (c) Leon Sorokin. @tanstack/virtual-core 3.19.11, MIT, (c) Tanner Linsley. */\n";
    let modules = MODULES.iter().map(|(name, text)| {
        // A map that is not there is asked for by whoever looks at the source.
        let (text, _) = text.split_once("//# sourceMappingURL").unwrap_or((text, ""));
        format!("streamscope.define(\"{name}\", function (module, exports, require, process) {{\n{text}}});\n")
    });
    licence.to_owned() + PLOTS + "\n" + &modules.collect::<String>()
}
