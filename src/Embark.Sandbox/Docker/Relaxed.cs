using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Embark.Sandbox.Docker;

/// <summary>JSON as docker prints it: no escapes beyond what JSON asks for.</summary>
internal static class Relaxed
{
    public static JsonSerializerOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, TypeInfoResolver = JsonTypeInfoResolver.Combine() };

    public static JsonSerializerOptions Indented { get; } = new(Options) { WriteIndented = true, IndentSize = 4 };
}
