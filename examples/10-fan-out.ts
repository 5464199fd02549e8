import { Action, Workflow } from '@do-sdk/core';

const resize = new Action({
  name: 'image.resize',
  handler: ({ image }: { image: number }) => ({ bytes: image * 10 }),
});

const resizeAll = new Workflow({
  name: 'album.resize',
  handler: async ({ images }: { images: number }, ctx) => {
    const all = Array.from({ length: images }, (_, index) => index + 1);
    const sizes = await ctx.parallel(all, (image) => resize.invoke({ image }), { concurrency: 50 });
    return { images: sizes.length, bytes: sizes.reduce((sum, { bytes }) => sum + bytes, 0) };
  },
});

console.log(await resizeAll.invoke({ images: 500 }));
