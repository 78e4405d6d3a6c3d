//! Workflows and Terraform: no text makes their readers panic, and nothing of them is read that no rule asks for.

use std::fmt::Write as _;
use std::sync::Arc;

use proptest::prelude::*;
use svclint::discover::in_memory;
use svclint::model::layout::RepoLayout;
use svclint::model::repo::Repo;

/// What a service sees of its repository.
fn repository(files: &[(&str, &str)]) -> Option<Arc<RepoLayout>> {
    let files: Vec<(String, String)> =
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    Some(Repo::load(in_memory(&files), None).assemble(0)?.service.repo)
}

/// Reads everything and gives a rough count, so that nothing is optimised away.
fn read_all(workflow: &str, terraform: &str) -> Option<usize> {
    let repo = repository(&[(".github/workflows/ci.yml", workflow), ("main.tf", terraform)])?;
    let steps: usize = repo.steps.list().iter().map(|step| step.commands.items.len()).sum();
    Some(steps + repo.jobs.list().items.len() + repo.terraform_modules.list().items.len())
}

/// Pieces of workflows, joined in any order.
fn workflow_text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "on:\n",
        "  push:\n",
        "    branches: [main, 'a*']\n",
        "    paths: ['src/**', '[', '!x']\n",
        "jobs:\n",
        "  a:\n",
        "    needs: [a, b]\n",
        "    strategy: { matrix: { x: [1], include: [{ x: 2 }] } }\n",
        "    steps:\n",
        "      - run: |\n",
        "          docker build -t ${{ a }} \\\n",
        "          echo \"${{ secrets.X }}\" ${{\n",
        "      - uses: ./a\n",
        "      - uses: a/b@\n",
        "        with: { tags: '${{ }}', push: true }\n",
        "    if: ${{ '\n",
        "  schedule:\n    - cron: '*/0 99-1 * * '\n",
        "\t",
        "é",
        "- ",
        "services: { p: { image: ':@', ports: [':/'] } }\n",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Pieces of Terraform, joined in any order.
fn terraform_text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "resource \"aws_x\" \"y\" {\n",
        "}\n",
        "a = ",
        "[",
        "]",
        "{",
        "\"${",
        "}\"",
        "var.x",
        "module.a[0].b",
        "<<EOT\n",
        "EOT\n",
        "terraform {\n",
        "backend \"s3\" {}\n",
        "required_providers {\n",
        "for x in y : ",
        "%{ if a }",
        "1",
        "\n",
        "# c\n",
        "/*",
        "é",
        "variable \"v\" {\n default = [\"10.0.0.0/8\", \"::/0\"]\n}\n",
        "toset([",
        ")",
        "null",
        "? 1 : 2",
        "backup_window = \"23:59-00:00\"\n",
        "maintenance_window = \"sun:04:00-mon:05:00\"\n",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_workflow_is_read(text in workflow_text()) {
        prop_assert!(read_all(&text, "").is_some());
    }

    #[test]
    fn any_terraform_is_read(text in terraform_text()) {
        prop_assert!(read_all("", &text).is_some());
    }

    #[test]
    fn any_text_is_read(text in ".{0,200}") {
        prop_assert!(read_all(&text, &text).is_some());
    }
}

#[test]
fn nothing_is_read_before_it_is_asked_for() {
    let repo =
        repository(&[(".github/workflows/ci.yml", "on: ["), ("main.tf", "a = ["), ("Dockerfile", "FROM scratch\n")])
            .expect("the repository");
    assert_eq!(repo.late.seen().files_read, 0);
    assert_eq!(repo.workflows.list().items.len(), 0);
    assert_eq!(repo.late.seen().notes.len(), 1, "the workflow does not parse");
    assert_eq!(repo.terraform_modules.list().items.len(), 1);
    assert_eq!(repo.late.seen().notes.len(), 2, "nor does the Terraform");
}

#[test]
fn composite_actions_that_use_each_other_end() {
    let workflow = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: ./a\n";
    let action =
        |other: &str| format!("runs:\n  using: composite\n  steps:\n    - uses: ./{other}\n    - uses: ./{other}\n");
    let (a, b) = (action("b"), action("a"));
    let repo = repository(&[(".github/workflows/ci.yml", workflow), ("a/action.yml", &a), ("b/action.yml", &b)])
        .expect("the repository");
    assert!(repo.jobs.list().items[0].steps.items.len() <= 2_100);
}

#[test]
fn a_large_workflow_is_read_in_linear_time() {
    let mut text = String::from("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n");
    for index in 0..1_500 {
        let _ = writeln!(text, "      - run: docker push registry.example/a:{index} || true");
    }
    let repo = repository(&[(".github/workflows/ci.yml", &text)]).expect("the repository");
    assert_eq!(repo.steps.list().items.len(), 1_500);
}
