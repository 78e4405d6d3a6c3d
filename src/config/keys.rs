//! The keys of the configuration: one table for the loader and for whoever holds the JSON Schema against it.

/// A mapping of the configuration and the keys it may have.
pub type Keys = (&'static str, &'static [&'static str]);

/// The file itself.
pub const CONFIG: Keys = (
    "the configuration",
    &[
        "standards",
        "params",
        "severity",
        "services",
        "waivers",
        "packs",
        "compose",
        "charts",
        "kubernetes",
        "ignore",
        "fail_on",
    ],
);

/// An entry of `standards`.
pub const STANDARD: Keys = ("a standard", &["id", "params"]);

/// `services`.
pub const SERVICES: Keys = ("`services`", &["discover", "overrides"]);

/// An entry of `services.overrides`.
pub const OVERRIDE: Keys = ("an override", &["standards", "params", "severity"]);

/// An entry of `waivers`.
pub const WAIVER: Keys = ("a waiver", &["rule", "clause", "paths", "reason", "until"]);

/// `kubernetes`.
pub const KUBERNETES: Keys = ("`kubernetes`", &["pod_templates"]);

/// An entry of `kubernetes.pod_templates`.
pub const POD_TEMPLATE: Keys = ("a pod template", &["apiVersion", "kind", "path"]);

/// All mappings with closed keys, by the name that their definition has in the JSON Schema; `""` for the file itself.
pub const ALL: &[(&str, Keys)] = &[
    ("", CONFIG),
    ("standard", STANDARD),
    ("services", SERVICES),
    ("override", OVERRIDE),
    ("waiver", WAIVER),
    ("kubernetes", KUBERNETES),
    ("pod_template", POD_TEMPLATE),
];
