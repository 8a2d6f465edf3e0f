/** The usual files of a policy, in the project's folder. */
export const POLICY_FILE = "cdkvm.policy.yaml";
/** Next to the policy. */
export const WAIVERS_FILE = "cdkvm.waivers.yaml";
/** Next to the policy. */
export const CASES_FILE = "cdkvm.policy.test.yaml";
