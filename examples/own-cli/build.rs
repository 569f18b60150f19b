fn main() {
    opsmith_codegen::Generator::new("model/weather.json").build_script();
}
