/**
 * CDKTF as the program has it, `#cdktf` in package.json: `cdktf` where that is installed, else `cdktn`, its continuation,
 * which comes with this package. JavaScript, because the sources and the built package share it (docs/adr/0017).
 */
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

function found() {
  try {
    return require.resolve("cdktf");
  } catch {
    return require.resolve("cdktn");
  }
}

export const {
  Annotations,
  App,
  Aspects,
  AzurermBackend,
  CloudBackend,
  ComplexList,
  ComplexObject,
  ConsulBackend,
  CosBackend,
  Fn,
  GcsBackend,
  HttpBackend,
  ImportableResource,
  Lazy,
  LocalBackend,
  Manifest,
  NamedCloudWorkspace,
  Op,
  OssBackend,
  PgBackend,
  S3Backend,
  SwiftBackend,
  TaggedCloudWorkspaces,
  TerraformBackend,
  TerraformDataSource,
  TerraformElement,
  TerraformHclModule,
  TerraformIterator,
  TerraformLocal,
  TerraformOutput,
  TerraformProvider,
  TerraformResource,
  TerraformStack,
  TerraformVariable,
  Testing,
  Token,
  Tokenization,
  VariableType,
} = require(found());
