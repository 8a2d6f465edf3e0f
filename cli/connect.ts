import { Libvirt } from "../libvirt/connection.ts";

/** Works on a connection and ends it, whatever happens. */
export async function withLibvirt<T>(uri: string, work: (connection: Libvirt) => Promise<T>): Promise<T> {
  const connection = await Libvirt.connect(uri);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}
