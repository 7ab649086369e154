using Embark.Sandbox.ApiServer.Resources;

namespace Embark.Sandbox.ApiServer.Storage;

/// <summary>Where an object lies; the namespace is empty for objects of the whole cluster.</summary>
internal readonly record struct ObjectKey(GroupResource Resource, string Namespace, string Name);
