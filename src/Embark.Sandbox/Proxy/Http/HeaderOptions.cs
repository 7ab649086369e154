using Embark.Sandbox.Istiod.Protos.Core;
using Microsoft.AspNetCore.Http;
using Action = Embark.Sandbox.Istiod.Protos.Core.HeaderValueOption.Types.HeaderAppendAction;

namespace Embark.Sandbox.Proxy.Http;

/// <summary>Headers that a route adds.</summary>
internal static class HeaderOptions
{
    public static void Apply(HeaderValueOption option, IHeaderDictionary headers)
    {
        var (name, value) = (option.Header.Key, option.Header.Value);
        var present = headers.ContainsKey(name);
        switch (option.AppendAction)
        {
            case Action.AppendIfExistsOrAdd:
                headers.Append(name, value);
                break;
            case Action.AddIfAbsent when !present:
            case Action.OverwriteIfExists when present:
            case Action.OverwriteIfExistsOrAdd:
                headers[name] = value;
                break;
        }
    }
}
