/** A plan as `tofu show -json` prints it. */
export const planJson = (...changes: readonly object[]): string =>
  JSON.stringify({
    format_version: "1.2",
    terraform_version: "1.12.6",
    resource_changes: changes,
    planned_values: { root_module: {} },
    configuration: {},
  });
