//! What another package of the repository may do is not known of a service that imports it.

use svclint::discover::in_memory;
use svclint::model::repo::Repo;

/// What the list of metrics endpoints of the service in `api` is open for: the package that may register one.
fn left_open(files: &[(&str, &str)]) -> Option<String> {
    let dockerfile = ("api/Dockerfile", "FROM scratch\nCOPY . .\n");
    let files: Vec<(String, String)> =
        files.iter().chain([&dockerfile]).map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let service = Repo::load(in_memory(&files), None).assemble(0)?.service;
    let source = service.source.get()?;
    source.metrics_endpoints.unseen.as_ref().map(|unseen| unseen.text.clone())
}

#[test]
fn a_python_package_beside_the_service_may_do_it() {
    let import = ("api/main.py", "import fastapi\nfrom common.app import make_app\n\napp = make_app()\n");
    assert_eq!(left_open(&[import, ("libs/common/__init__.py", "")]).as_deref(), Some("common"));
    assert_eq!(left_open(&[import, ("api/common/__init__.py", "")]), None);
    assert_eq!(left_open(&[import, ("libs/other/common/__init__.py", ""), ("libs/other/__init__.py", "")]), None);
    assert_eq!(left_open(&[import, ("tests/common/__init__.py", "")]), None);
}

#[test]
fn a_node_package_beside_the_service_may_do_it() {
    let import = ("api/main.js", "const { serve } = require('@acme/server/http');\nserve();\n");
    let own = ("api/package.json", "{\"name\": \"@acme/api\"}");
    assert_eq!(
        left_open(&[import, own, ("server/package.json", "{\"name\": \"@acme/server\"}")]).as_deref(),
        Some("@acme/server")
    );
    assert_eq!(left_open(&[import, own, ("server/package.json", "{\"name\": \"@acme/other\"}")]), None);
    assert_eq!(left_open(&[import, own, ("server/package.json", "{\"name\": ")]), None);
}

#[test]
fn a_go_package_of_the_same_module_may_do_it() {
    let import = |path: &str| format!("package main\n\nimport \"{path}\"\n\nfunc main() {{ server.Run() }}\n");
    let module = ("go.mod", "module example.com/shop\n");
    let shared = import("example.com/shop/internal/server");
    assert_eq!(left_open(&[("api/main.go", &shared), module]).as_deref(), Some("example.com/shop/internal/server"));
    let own = import("example.com/shop/api/server");
    assert_eq!(left_open(&[("api/main.go", &own), module]), None);
}

#[test]
fn the_first_of_several_packages_is_named() {
    let import = ("api/main.py", "import zeta\nimport alpha\n");
    let packages = [("libs/a/zeta/__init__.py", ""), ("libs/b/alpha/__init__.py", "")];
    assert_eq!(left_open(&[&[import][..], &packages[..]].concat()).as_deref(), Some("zeta"));
}
