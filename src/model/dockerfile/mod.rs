//! stub
use super::schema::{PathText, Port, Uid};
use super::value::{Field, List};
use super::healthcheck::HealthUrl;
use std::sync::Arc;
use crate::model;
use crate::source::{FileId, Place};
model! { 
 /// x
 pub struct Exposed as "dockerfile.port" { 
 /// p
 port: Field<Port> } label(_x) { String::new() } }
model! { 
 /// x
 pub struct User as "dockerfile.user" { 
 /// p
 uid: Field<Uid> } label(_x) { String::new() } }
model! { 
 /// x
 pub struct Check as "dockerfile.healthcheck" { 
 /// p
 url: Field<HealthUrl> } label(_x) { String::new() } }
model! { 
 /// x
 pub struct Instruction as "dockerfile.instruction" { 
 /// p
 keyword: String } label(_x) { String::new() } }
model! { 
 /// x
 pub struct Stage as "dockerfile.stage" { 
 /// p
 index: i64,
 /// u
 user: Field<User>,
 /// u
 exposed_ports: List<Exposed>,
 /// u
 healthcheck: Field<Check>,
 /// u
 instructions: List<Instruction>
 } label(_x) { String::new() } }
model! { 
 /// x
 pub struct Dockerfile as "dockerfile" { 
 /// p
 path: PathText,
 /// p
 stages: List<Arc<Stage>>,
 /// p
 final_stage: Option<Arc<Stage>> } label(_x) { String::new() } }
/// r
pub fn read(file: FileId, path: &str, _tree: &crate::syntax::dockerfile::Dockerfile, _text: &str) -> Dockerfile {
  let at = Place::whole(file);
  Dockerfile { at, path: PathText(path.into()), stages: List::empty(at), final_stage: None }
}
