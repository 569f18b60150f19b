fn main() {
    opsmith_codegen::Generator::new("../../model/codepipeline.json")
        .operations(["GetThirdPartyJobDetails", "PutThirdPartyJobFailureResult"])
        .build_script();
}
