using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.ApiServer.Storage;

/// <summary>One state of an object. Its JSON is never changed again; take a copy to change it.</summary>
internal sealed class StoredObject
{
    private (string ApiVersion, byte[] Json)? _written;

    public StoredObject(JsonObject value, long version)
    {
        JsonText.Settle(value);
        Value = value;
        Version = version;
    }

    public JsonObject Value { get; }

    /// <summary>The store's version at which this state was written.</summary>
    public long Version { get; }

    public string Name => Value.Name;

    public string Namespace => Value.Namespace;

    public string Uid => Value.Uid;

    /// <summary>The object as UTF-8 JSON in the asked apiVersion; kept, since lists and watches repeat it.</summary>
    public byte[] Json(string apiVersion)
    {
        if (_written is { } kept && kept.ApiVersion == apiVersion)
            return kept.Json;
        var json = JsonText.Write(As(apiVersion));
        _written = (apiVersion, json);
        return json;
    }

    /// <summary>The object in the asked apiVersion: a copy where it is another one than stored.</summary>
    public JsonObject As(string apiVersion)
    {
        if (Value.Text("apiVersion") == apiVersion)
            return Value;
        var copy = Value.Copy();
        copy["apiVersion"] = apiVersion;
        return copy;
    }
}
