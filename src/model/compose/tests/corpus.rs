//! throw-away
use crate::model::compose::{ComposeInput, load};
use crate::model::schema::*;
use crate::source::FileId;
use crate::syntax::yaml::Tree;
use std::collections::BTreeMap;
use std::path::Path;

fn walk(path: &str, slot: Slot<'_>, text: &str, out: &mut Vec<String>, stats: &mut BTreeMap<&'static str, usize>) {
    match slot {
        Slot::Known(View::Node(node), _) => {
            for (i, f) in node.def().fields.iter().enumerate() {
                walk(&format!("{path}.{}", f.name), node.slot(i), text, out, stats);
            }
        }
        Slot::Known(View::List(list), _) => {
            if let Some(u) = list.unseen() {
                *stats.entry("unseen").or_default() += 1;
                if !u.why.contains("env_file") {
                    out.push(format!("UNSEEN {path}: {} {}", u.text, u.why));
                }
            }
            for i in 0..list.len() {
                walk(&format!("{path}[{i}]"), list.get(i).unwrap(), text, out, stats);
            }
        }
        Slot::Known(view, origin) => {
            *stats.entry("known").or_default() += 1;
            if let View::Str(s) = view {
                let t = origin.at.span.slice(text);
                if origin.at.file.0 == 0 && t != s && t.trim_matches(['"', '\'']) != s {
                    *stats.entry("known not verbatim").or_default() += 1;
                    let field = path.rsplit('.').next().unwrap_or("");
                    out.push(format!("NV {} `{s}` at `{t}`", field));
                }
            }
        }
        Slot::Absent(_) => *stats.entry("absent").or_default() += 1,
        Slot::Unresolved(u) => {
            *stats.entry("unresolved").or_default() += 1;
            if std::env::var("UNRES").is_ok() {
                out.push(format!("UNRES {path}: {} ({})", u.text, u.why));
            }
        }
        Slot::Malformed(m) => {
            *stats.entry("malformed").or_default() += 1;
            out.push(format!("MALFORMED {path}: {} want {} at `{}`", m.found, m.expected, m.at.span.slice(text)));
        }
    }
}

#[test]
fn corpus() {
    let list = std::fs::read_to_string("/tmp/corpus/list.txt").unwrap();
    let mut stats = BTreeMap::new();
    let (mut services, mut files, mut health, mut tools) = (0, 0, 0, BTreeMap::<String, usize>::new());
    let start = std::time::Instant::now();
    for line in list.lines() {
        let Ok(text) = std::fs::read_to_string(line) else { continue };
        let tree = Tree::parse(FileId(0), &text);
        let dir = Path::new(line).parent().unwrap();
        let env: BTreeMap<String, String> = std::fs::read_to_string(dir.join(".env"))
            .unwrap_or_default()
            .lines()
            .filter_map(|l| l.split_once('='))
            .map(|(a, b)| (a.trim().to_owned(), b.trim().to_owned()))
            .collect();
        let path = line.strip_prefix("/tmp/corpus/").unwrap();
        let root = "/tmp/corpus/".to_owned();
        let loader =
            move |p: &str| std::fs::read_to_string(format!("{root}{p}")).ok().map(|t| Tree::parse(FileId(1), &t));
        let file = load(ComposeInput { tree: &tree, path }, &[], &env, &loader);
        files += 1;
        services += file.services.items.len();
        for s in &file.services {
            if let Some(h) = s.healthcheck.value() {
                health += 1;
                *tools
                    .entry(format!(
                        "{:?} url={} exit={:?}",
                        h.tool.value(),
                        h.url.value().is_some(),
                        h.exit_on_failure.value()
                    ))
                    .or_default() += 1;
                if std::env::var("HC").is_ok() {
                    println!(
                        "HC {:?} => {:?} {:?} {:?}",
                        h.command.value(),
                        h.tool.value(),
                        h.url.value().map(|u| (
                            u.host.value().cloned(),
                            u.port.value().copied(),
                            u.path.value().cloned()
                        )),
                        h.fails_on_http_error.value()
                    );
                }
            }
        }
        let mut out = Vec::new();
        for p in &tree.problems {
            out.push(format!("SYNTAX `{}` {}", p.span.slice(&text), p.message));
        }
        for p in &file.problems {
            out.push(format!(
                "TROUBLE {:?} `{}` {} / {:?}",
                p.kind,
                p.place.span.slice(&text).lines().next().unwrap_or(""),
                p.message,
                p.help
            ));
        }
        walk("", file.as_slot(file.at), &text, &mut out, &mut stats);
        if !out.is_empty() {
            println!("== {path}");
            for o in out {
                println!("   {o}");
            }
        }
    }
    println!("files {files} services {services} health {health} {tools:#?} {stats:#?} {:?}", start.elapsed());
}

#[test]
fn hardened() {
    let read = |p: &str| std::fs::read_to_string(format!("/tmp/corpus/pmoves/{p}")).unwrap();
    let (a, b) = (read("pmoves/docker-compose.yml"), read("pmoves/docker-compose.hardened.yml"));
    let (ta, tb) = (Tree::parse(FileId(0), &a), Tree::parse(FileId(1), &b));
    let file = load(
        ComposeInput { tree: &ta, path: "pmoves/docker-compose.yml" },
        &[ComposeInput { tree: &tb, path: "pmoves/docker-compose.hardened.yml" }],
        &BTreeMap::new(),
        &|_| None,
    );
    let ok = file
        .services
        .iter()
        .filter(|s| {
            s.no_new_privileges.value() == Some(&true)
                && s.read_only.value() == Some(&true)
                && s.user_uid.value().is_some_and(|u| u.0 == 65532)
        })
        .count();
    let fragments: Vec<_> = file.services.iter().filter(|s| s.is_fragment).map(|s| s.name.clone()).collect();
    let unhardened: Vec<_> = file
        .services
        .iter()
        .filter(|s| s.first_party && s.read_only.value() != Some(&true))
        .map(|s| s.name.clone())
        .collect();
    println!(
        "HARDENED services {} ok {ok} fragments {fragments:?} unhardened {unhardened:?} troubles {:?}",
        file.services.items.len(),
        file.problems
    );
}
