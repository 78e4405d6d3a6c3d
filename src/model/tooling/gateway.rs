//! Declarative configurations of the gateway Kong.

use crate::model::read::{Reader, text};
use crate::model::schema::PathText;
use crate::model::value::{Field, List};
use crate::source::Place;
use crate::syntax::yaml::{NodeRef, Tree};
use crate::{model, words};

words! {
    /// What a plugin is attached to.
    pub enum PluginLevel {
        /// Everything.
        Global = "global",
        /// A service.
        Service = "service",
        /// A route.
        Route = "route",
    }
}

model! {
    /// A plugin of the gateway.
    pub struct GatewayPlugin as "kong.plugin" {
        /// Its name.
        name: Field<String>,
        /// What it is attached to.
        level: PluginLevel,
    }
    label(plugin) { plugin.name.value().cloned().unwrap_or_default() }
}

model! {
    /// A declarative configuration (Kong Gateway, "DB-less mode").
    pub struct Gateway as "kong.config" {
        /// Its path.
        path: PathText,
        /// The version of its format.
        format_version: Field<String>,
        /// The names of its services.
        services: List<Field<String>>,
        /// The plugins, whatever they are attached to.
        plugins: List<GatewayPlugin>,
    }
    label(gateway) { gateway.path.0.clone() }
}

/// The configuration of a file; `None` where it is something else.
pub(super) fn read(tree: &Tree, path: &str) -> Option<Gateway> {
    let root = tree.documents().next()?;
    root.get("_format_version")?;
    let reader = Reader::new(root);
    let at = root.anchor_place();
    let mut plugins = plugins_of(root, PluginLevel::Global);
    for service in root.get("services").into_iter().flat_map(NodeRef::items) {
        plugins.extend(plugins_of(service, PluginLevel::Service));
        let routes = service.get("routes").into_iter().flat_map(NodeRef::items);
        plugins.extend(routes.flat_map(|route| plugins_of(route, PluginLevel::Route)));
    }
    let routes = root.get("routes").into_iter().flat_map(NodeRef::items);
    plugins.extend(routes.flat_map(|route| plugins_of(route, PluginLevel::Route)));
    Some(Gateway {
        at,
        path: PathText(path.to_owned()),
        format_version: reader.field("_format_version", text),
        services: reader.list("services", |node| Reader::new(node).field("name", text)),
        plugins: List::new(plugins, at),
    })
}

fn plugins_of(node: NodeRef<'_>, level: PluginLevel) -> Vec<GatewayPlugin> {
    let plugin = |node: NodeRef<'_>| {
        let name = Reader::new(node).field("name", text);
        let at: Place = name.place();
        // A plugin may name what it is attached to instead of standing there.
        let attached = match level {
            PluginLevel::Global if node.get("route").is_some() => PluginLevel::Route,
            PluginLevel::Global if node.get("service").is_some() => PluginLevel::Service,
            other => other,
        };
        GatewayPlugin { at, name, level: attached }
    };
    node.get("plugins").into_iter().flat_map(NodeRef::items).map(plugin).collect()
}
