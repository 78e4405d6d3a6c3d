//! JSON, SARIF and workflow commands, read back as programs read them.

use serde_json::Value;
use svclint::finding::{NoteKind, Severity};
use svclint::report::{Format, JSON_SCHEMA};
use svclint::source::Place;

use crate::build::{DOCKERFILE, Run, finding, hostile, many, one, runs, suppressed, unknown, without_text};

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.write(Format::Json)).expect("the report is JSON")
}

fn sarif(run: &Run) -> Value {
    serde_json::from_str(&run.write(Format::Sarif)).expect("the log is JSON")
}

fn assert_valid(schema: &Value, name: &str, document: &Value) {
    let validator = jsonschema::validator_for(schema).expect("the schema is valid");
    let errors: Vec<String> =
        validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}");
}

#[test]
fn every_json_report_is_valid_against_the_schema() {
    let schema: Value = serde_json::from_str(JSON_SCHEMA).unwrap();
    jsonschema::meta::validate(&schema).expect("the schema is a schema");
    for (name, run) in runs() {
        assert_valid(&schema, name, &json(&run));
    }
}

#[test]
fn the_json_schema_refuses_what_the_contract_forbids() {
    let schema: Value = serde_json::from_str(JSON_SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (pointer, value) in [
        ("/schema", Value::from(2)),
        ("/findings/0/severity", Value::from("fatal")),
        ("/findings/0/fingerprint", Value::from("line 4")),
        ("/findings/0/location/start/line", Value::from(0)),
        ("/findings/0/location/path", Value::Null),
        ("/summary/errors", Value::from(-1)),
    ] {
        let mut document = json(&one());
        *document.pointer_mut(pointer).expect(pointer) = value;
        assert!(!validator.is_valid(&document), "{pointer}");
    }
}

#[test]
fn a_json_finding_has_the_fields_of_the_contract() {
    let report = json(&one());
    let found = &report["findings"][0];
    assert_eq!(found["standard"], "atonix");
    assert_eq!(found["clause"], "ATX-2.1-n");
    assert_eq!(found["target"]["kind"], "dockerfile.stage");
    assert_eq!(found["location"]["start"], serde_json::json!({"line": 4, "column": 1, "byte": 52}));
    assert_eq!(found["location"]["end"], serde_json::json!({"line": 4, "column": 10, "byte": 61}));
    assert_eq!(found["related"][1]["location"]["path"], "k8s/deployment.yaml");
    assert_eq!(found["suppressed"], Value::Null);
    assert_eq!(report["summary"]["errors"], 1);
    assert_eq!(report["summary"]["complete"], true);
}

#[test]
fn a_json_finding_on_a_directory_has_a_path_and_no_lines() {
    let report = json(&without_text());
    assert_eq!(report["findings"][0]["location"], serde_json::json!({"path": "services/api"}));
}

#[test]
fn suppressed_findings_stay_in_json_with_their_reason() {
    let report = json(&suppressed());
    assert_eq!(report["findings"][0]["suppressed"]["reason"], "needs raw sockets, OPS-77");
    assert_eq!(report["summary"]["errors"], 0);
    assert_eq!(report["summary"]["suppressed"], 1);
}

/// The OASIS schema is not part of this repository; its terms are those of the OASIS IPR policy, not of a licence.
/// Where a copy is at hand, `SARIF_SCHEMA=path cargo test -- --ignored` checks against it.
#[test]
#[ignore = "needs SARIF_SCHEMA, the path of sarif-schema-2.1.0.json"]
fn every_sarif_log_is_valid_against_the_oasis_schema() {
    let path = std::env::var("SARIF_SCHEMA").expect("SARIF_SCHEMA is set");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    for (name, run) in runs() {
        assert_valid(&schema, name, &sarif(&run));
    }
}

/// What the standard requires of the objects we write (SARIF 2.1.0, sections 3.13 to 3.35), as a schema of our own.
fn required_by_sarif() -> Value {
    serde_json::json!({
        "type": "object", "required": ["version", "runs", "$schema"],
        "properties": {
            "version": {"const": "2.1.0"},
            "runs": {"minItems": 1, "items": {
                "required": ["tool", "results"],
                "properties": {
                    "columnKind": {"const": "unicodeCodePoints"},
                    "tool": {"required": ["driver"], "properties": {"driver": {
                        "required": ["name", "rules"],
                        "properties": {"rules": {"uniqueItems": true, "items": {
                            "required": ["id", "shortDescription", "help"],
                            "properties": {
                                "shortDescription": {"$ref": "#/$defs/message"},
                                "fullDescription": {"$ref": "#/$defs/message"},
                                "help": {"$ref": "#/$defs/message"},
                                "properties": {"properties": {"tags": {"uniqueItems": true, "type": "array"}}}
                            }
                        }}}
                    }}},
                    "invocations": {"items": {
                        "required": ["executionSuccessful"],
                        "properties": {"toolExecutionNotifications": {"items": {
                            "required": ["message"],
                            "properties": {
                                "message": {"$ref": "#/$defs/message"},
                                "level": {"$ref": "#/$defs/level"},
                                "locations": {"items": {"$ref": "#/$defs/location"}}
                            }
                        }}}
                    }},
                    "results": {"items": {
                        "required": ["ruleId", "message", "level", "kind", "locations", "partialFingerprints", "suppressions"],
                        "properties": {
                            "message": {"$ref": "#/$defs/message"},
                            "level": {"$ref": "#/$defs/level"},
                            "kind": {"enum": ["fail", "open"]},
                            "locations": {"minItems": 1, "items": {"$ref": "#/$defs/location"}},
                            "relatedLocations": {"uniqueItems": true, "items": {"$ref": "#/$defs/location"}},
                            "suppressions": {"uniqueItems": true, "items": {"required": ["kind", "justification"]}}
                        },
                        "if": {"properties": {"kind": {"not": {"const": "fail"}}}},
                        "then": {"properties": {"level": {"const": "none"}}},
                        "else": {"properties": {"level": {"enum": ["note", "warning", "error"]}}}
                    }}
                }
            }}
        },
        "$defs": {
            "level": {"enum": ["none", "note", "warning", "error"]},
            "message": {"required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}},
            "location": {
                "required": ["physicalLocation"],
                "properties": {
                    "id": {"type": "integer", "minimum": 1},
                    "message": {"$ref": "#/$defs/message"},
                    "physicalLocation": {"required": ["artifactLocation", "region"], "properties": {
                        "artifactLocation": {"required": ["uri", "uriBaseId"], "properties": {
                            "uri": {"type": "string", "pattern": "^([A-Za-z0-9._~/-]|%[0-9A-F]{2})+$"},
                            "uriBaseId": {"const": "SRCROOT"}
                        }},
                        "region": {"required": ["startLine", "startColumn"], "additionalProperties": {"type": "integer", "minimum": 1}}
                    }}
                }
            }
        }
    })
}

#[test]
fn every_sarif_log_has_what_the_standard_requires() {
    let schema = required_by_sarif();
    for (name, run) in runs() {
        assert_valid(&schema, name, &sarif(&run));
    }
}

#[test]
fn every_sarif_result_points_at_its_rule() {
    for (name, run) in runs() {
        let log = sarif(&run);
        let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
        for result in log["runs"][0]["results"].as_array().unwrap() {
            let Some(index) = result["ruleIndex"].as_u64() else {
                assert_eq!(result["ruleId"], "own:rule", "{name}");
                continue;
            };
            assert_eq!(rules[usize::try_from(index).unwrap()]["id"], result["ruleId"], "{name}");
        }
    }
}

#[test]
fn a_sarif_result_has_its_region_and_those_that_take_part() {
    let log = sarif(&one());
    let result = &log["runs"][0]["results"][0];
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"], serde_json::json!({"uri": "Dockerfile", "uriBaseId": "SRCROOT"}));
    assert_eq!(place["region"], serde_json::json!({"startLine": 4, "startColumn": 1, "endLine": 4, "endColumn": 10}));
    let other = &result["relatedLocations"][1];
    assert_eq!(other["physicalLocation"]["artifactLocation"]["uri"], "k8s/deployment.yaml");
    assert_eq!(other["message"]["text"], "the pod overrides it here");
    assert_eq!(result["partialFingerprints"]["svclint/v1"], "0123456789abcdef");
    let tags = &log["runs"][0]["tool"]["driver"]["rules"][0]["properties"]["tags"];
    assert_eq!(tags, &serde_json::json!(["security", "atonix/ATX-2.1-n"]));
}

#[test]
fn a_suppressed_sarif_result_has_its_justification() {
    let log = sarif(&suppressed());
    let suppression = &log["runs"][0]["results"][0]["suppressions"][0];
    assert_eq!(suppression["kind"], "inSource");
    assert_eq!(suppression["justification"], "needs raw sockets, OPS-77");
    assert_eq!(suppression["location"]["physicalLocation"]["region"]["startLine"], 1);
}

#[test]
fn what_cannot_be_told_is_open_in_sarif() {
    let log = sarif(&unknown());
    assert_eq!(log["runs"][0]["results"][0]["kind"], "open");
    assert_eq!(log["runs"][0]["results"][0]["level"], "none");
}

#[test]
fn a_sarif_run_with_a_broken_file_did_not_succeed() {
    let mut run = one();
    assert_eq!(sarif(&run)["runs"][0]["invocations"][0]["executionSuccessful"], true);
    let place = run.report.findings[0].primary.place;
    run.note(NoteKind::Unparsed, place, "not UTF-8");
    let log = sarif(&run);
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], false);
    assert_eq!(log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]["level"], "error");
}

/// A workflow command, read as the runner of GitHub Actions reads it.
struct Command {
    level: String,
    properties: Vec<(String, String)>,
    message: String,
}

fn parse(line: &str) -> Command {
    let (head, message) = line.strip_prefix("::").and_then(|rest| rest.split_once("::")).expect(line);
    let (level, properties) = head.split_once(' ').expect(line);
    let properties = properties.split(',').map(|property| {
        let (name, value) = property.split_once('=').expect(line);
        (name.to_owned(), value.replace("%3A", ":").replace("%2C", ",").replace("%0A", "\n").replace("%25", "%"))
    });
    Command {
        level: level.to_owned(),
        properties: properties.collect(),
        message: message.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%"),
    }
}

fn commands(run: &Run) -> Vec<Command> {
    run.write(Format::Github).lines().map(parse).collect()
}

#[test]
fn every_line_for_github_is_a_command() {
    for (name, run) in runs() {
        for command in commands(&run) {
            assert!(["error", "warning", "notice"].contains(&command.level.as_str()), "{name}");
            for (key, value) in &command.properties {
                let known = ["file", "line", "col", "endLine", "endColumn", "title"].contains(&key.as_str());
                assert!(known && !value.is_empty(), "{name}: {key}={value}");
            }
            assert!(!command.message.is_empty(), "{name}");
        }
    }
}

#[test]
fn an_annotation_names_file_range_rule_and_clause() {
    assert_eq!(
        one().write(Format::Github),
        "::error file=Dockerfile,line=4,col=1,endLine=4,endColumn=10,title=dockerfile-user-nonroot · ATX-2.1-n\
         ::stage `final` runs as root, not as uid 65532%0Ahelp: write `USER 65532:65532` at the end of the stage\n"
    );
}

#[test]
fn text_from_files_cannot_start_a_command() {
    let run = hostile();
    let text = run.write(Format::Github);
    assert_eq!(text.lines().count(), 1);
    assert!(!text.contains('\u{1b}'));
    let commands = commands(&run);
    assert_eq!(commands[0].properties[0].1, "a\n::error::b\\u{1b}[2J.txt");
    assert!(commands[0].message.starts_with("bad\n::error::injected\\u{1b}[31m, 100%\n"));
}

#[test]
fn errors_come_first_and_many_annotations_are_counted() {
    let mut run = many();
    let place = run.report.findings[0].primary.place;
    for _ in 0..2 {
        let found = svclint::finding::Finding { severity: Severity::Error, ..finding(place) };
        run.find(found);
    }
    let commands = commands(&run);
    let of = |level: &str| commands.iter().filter(|command| command.level == level).count();
    assert_eq!((of("error"), of("warning"), of("notice")), (12, 10, 11));
    assert!(commands.iter().take(12).all(|command| command.level == "error"));
    assert!(commands.iter().skip(22).all(|command| command.level == "notice"));
    assert!(commands[22].message.starts_with("12 errors, 10 warnings, 10 infos. GitHub shows 10"));
}

#[test]
fn a_place_over_several_lines_has_no_columns_for_github() {
    let mut run = Run::new();
    let file = run.file("Dockerfile", DOCKERFILE);
    let place = Place { file, span: run.place(file, "FROM").span.to(run.place(file, "USER").span) };
    run.find(finding(place));
    assert!(run.write(Format::Github).starts_with("::error file=Dockerfile,line=1,endLine=4,title="));
}
