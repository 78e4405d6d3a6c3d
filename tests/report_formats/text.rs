//! Pretty and compact reports, as people see them.

use svclint::report::Format;
use crate::build::{one, runs};

#[test]
fn look() {
    for (name, run) in runs() {
        if name == "odd spans" { let t = run.write(Format::Pretty); println!("{}", t.len()); continue; }
        if name == "many findings" { continue; }
        println!("======== {name}");
        println!("{}", run.write(Format::Pretty));
        println!("--------");
        println!("{}", run.write(Format::Compact));
    }
    println!("{}", svclint::report::write(Format::Pretty, &one().report, &one().sources, &svclint::report::Style{color:true,unicode:false,width:80}));
}
