//! The containers beside a job: their images, and the ports that its steps ask and that they publish.

use crate::model;
use crate::model::image::Image;
use crate::model::read::Reader;
use crate::model::schema::Port;
use crate::model::value::{Field, List};
use crate::syntax::yaml::Style;

use super::step::{value, written};
use super::variable::{EnvVar, env};

model! {
    /// A container beside a job.
    pub struct ServiceContainer as "workflow.service" {
        /// The name under which the job knows it.
        name: String,
        /// Its image.
        image: Field<Image>,
        /// The ports that it publishes on the runner, as written.
        ports: List<Field<String>>,
        /// The ports of the runner that lead to it.
        published: List<Port>,
        /// The ports that steps ask on `localhost` and that its image listens on by default.
        wanted: List<Port>,
        /// Its environment.
        env: List<EnvVar>,
        /// The options of `docker create`, as written.
        options: Field<String>,
        /// The options for its health check: `cmd`, `interval`, `timeout`, `retries`.
        health_options: List<String>,
    }
    label(service) { service.name.clone() }
}

/// Ports on which the images of data stores listen by default.
const DEFAULT_PORTS: &[(&str, u16)] = &[
    ("postgres", 5432),
    ("postgis", 5432),
    ("pgvector", 5432),
    ("mysql", 3306),
    ("mariadb", 3306),
    ("redis", 6379),
    ("valkey", 6379),
    ("mongo", 27017),
    ("rabbitmq", 5672),
    ("nats", 4222),
    ("memcached", 11211),
    ("minio", 9000),
    ("elasticsearch", 9200),
    ("opensearch", 9200),
    ("kafka", 9092),
];

/// Reads the containers beside a job. `texts` are those of its steps.
pub(super) fn read(reader: Reader<'_>, texts: &[&str]) -> List<ServiceContainer> {
    // A job in a container reaches the services by their names, and needs no ports.
    let on_runner = !reader.has("container");
    reader.map("services", |name, at, node| {
        let reader = Reader::new(node).blaming(at);
        let image = reader.field("image", |node| {
            let verbatim = node.style() == Some(Style::Plain);
            value(node).map(|text| Image::parse(&text, node.place(), verbatim))
        });
        let ports = reader.list("ports", value);
        let published: Vec<Port> = ports.values().filter_map(|port| published(port)).collect();
        let base = image.value().map_or("", Image::base_name);
        let default = DEFAULT_PORTS.iter().find(|(known, _)| base.contains(known)).map(|(_, port)| *port);
        let asks = |port: &u16| {
            let hosts = ["localhost", "127.0.0.1", "0.0.0.0"];
            texts.iter().any(|text| hosts.iter().any(|host| mentions(text, &format!("{host}:{port}"))))
        };
        let wanted = default.filter(|_| on_runner).filter(asks).map(Port).into_iter().collect();
        let options = written(reader, "options");
        let health = ["cmd", "interval", "timeout", "retries"]
            .into_iter()
            .filter(|part| options.value().is_some_and(|options| options.contains(&format!("--health-{part}"))));
        ServiceContainer {
            at,
            name: name.to_owned(),
            image,
            published: List::new(published, ports.at),
            wanted: List::new(wanted, at),
            env: env(reader, "env"),
            health_options: List::new(health.map(str::to_owned).collect(), options.place()),
            ports,
            options,
        }
    })
}

/// Whether an address is in a text and no digit follows it.
fn mentions(text: &str, address: &str) -> bool {
    text.match_indices(address)
        .any(|(at, found)| !text.get(at + found.len()..).unwrap_or("").starts_with(|c: char| c.is_ascii_digit()))
}

/// The port of the runner in `5432:5432/tcp`; `None` where Docker chooses one.
fn published(port: &str) -> Option<Port> {
    let plain = port.split('/').next()?;
    let (host, _) = plain.rsplit_once(':')?;
    host.rsplit(':').next()?.parse().ok().map(Port)
}
