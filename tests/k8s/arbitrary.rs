//! No text, however mangled, stops the reader.

use proptest::prelude::*;
use svclint::model::k8s::Body;
use svclint::model::schema::{Node, Slot, View};
use svclint::source::Place;

use super::{API, Manifests};

const AROUND: &str = "\
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api, namespace: shop}
spec:
  podSelector: {matchExpressions: [{key: app, operator: In, values: [api]}]}
  policyTypes: [Ingress, Egress]
  ingress:
  - from: [{podSelector: {}}]
    ports: [{port: http}, {port: 1, endPort: 9}]
---
apiVersion: v1
kind: Service
metadata: {name: api}
spec:
  selector: {app: api}
  ports: [{port: 80, targetPort: http}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: api}
spec:
  tls: [{hosts: [a.example]}]
  rules:
  - host: a.example
    http: {paths: [{path: /, backend: {service: {name: api, port: {number: 80}}}}]}
---
apiVersion: v1
kind: Secret
metadata: {name: api}
data: {key: dmFsdWU=}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: api}
spec:
  scaleTargetRef: {kind: Deployment, name: api}
  minReplicas: 2
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: api}
spec: {minAvailable: 50%, selector: {matchLabels: {app: api}}}
";

/// Walks every field, so that no look-up panics and every place lies in its file.
fn visit(slot: Slot<'_>, text: &str, depth: usize) {
    let inside = |place: Place| assert!(text.get(place.span.start as usize..place.span.end as usize).is_some());
    match slot {
        Slot::Known(view, origin) => {
            inside(origin.at);
            match view {
                View::Node(node) if depth < 12 => {
                    inside(node.place());
                    (0..node.def().fields.len()).for_each(|field| visit(node.slot(field), text, depth + 1));
                }
                View::List(list) => {
                    (0..list.len()).filter_map(|index| list.get(index)).for_each(|item| visit(item, text, depth + 1));
                }
                _ => {}
            }
        }
        Slot::Absent(at) => inside(at),
        Slot::Unresolved(unresolved) => inside(unresolved.at),
        Slot::Malformed(malformed) => inside(malformed.at),
    }
}

fn check(text: &str) {
    let manifests = Manifests::one(text);
    for object in &manifests.objects {
        (0..object.meta.def().fields.len()).for_each(|field| visit(object.meta.slot(field), text, 0));
        let body: Option<&dyn Node> = match &object.body {
            Body::Workload(body) => Some(&**body),
            Body::Service(body) => Some(&**body),
            Body::NetworkPolicy(body) => Some(&**body),
            Body::Ingress(body) => Some(&**body),
            Body::Autoscaler(body) => Some(&**body),
            Body::DisruptionBudget(body) => Some(&**body),
            Body::ServiceAccount(body) => Some(&**body),
            Body::ConfigMap(body) => Some(&**body),
            Body::Secret(body) => Some(&**body),
            Body::ExternalSecret(body) => Some(&**body),
            Body::Claim(body) => Some(&**body),
            Body::Other | Body::TooLarge => None,
        };
        if let Some(body) = body {
            (0..body.def().fields.len()).for_each(|field| visit(body.slot(field), text, 0));
        }
    }
}

/// Lines of a manifest of which some are dropped, doubled or replaced, so that most still has its shape.
fn mangled() -> impl Strategy<Value = String> {
    let lines: Vec<&'static str> = API.lines().chain(AROUND.lines()).collect();
    let odd = prop_oneof![
        Just("  null"),
        Just("      containers: [1, {name: {a: b}}, [], null]"),
        Just("        ports: {x: y}"),
        Just("  - <<: *x"),
        Just("---"),
        Just("kind: Service"),
        Just("kind: List"),
        Just("  template: &x {spec: [*x]}"),
        Just("        image: {{ .Values.image }}"),
        Just("      \u{fffd}\u{1f980}: é"),
    ];
    let line = (0..lines.len(), prop_oneof![6 => Just(None), 1 => odd.prop_map(Some)]);
    proptest::collection::vec(line, 0..60).prop_map(move |edits| {
        let mut text: Vec<&str> = lines.clone();
        for (at, odd) in edits.into_iter().take(12) {
            match odd {
                Some(odd) => text[at] = odd,
                None => text[at] = lines[(at * 7 + 3) % lines.len()],
            }
        }
        text.join("\n")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,200}") {
        check(&text);
    }

    #[test]
    fn no_mangled_manifest_makes_the_reader_panic(text in mangled()) {
        check(&text);
    }
}
