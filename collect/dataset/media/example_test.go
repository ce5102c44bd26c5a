package media_test

import (
	"bytes"
	"fmt"
	"image/jpeg"
	"log"
	"math/rand/v2"

	"llmbench/collect/dataset/media"
)

func ExampleNoise_JPEG() {
	noise, err := media.NewNoise(320, 240, 1)
	if err != nil {
		log.Fatal(err)
	}
	picture, err := noise.JPEG(rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		log.Fatal(err)
	}
	size, err := jpeg.DecodeConfig(bytes.NewReader(picture))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(size.Width, "x", size.Height)
	// Output:
	// 320 x 240
}
